/** A text is typed there; a switch or a radio button wants only Space and the arrows. */
const text =
  'textarea, select, [contenteditable], input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])'
/** What is open above the page; one that fades away after it was closed no longer counts. */
const above = ':is([role="dialog"], [role="menu"], [role="listbox"]):not([data-state="closed"])'

/** Whether a key without Ctrl or ⌘ goes into a text. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(text)
}

/** Whether a dialog or a menu is open, to which all keys belong. */
export function isAnythingAbove(): boolean {
  return document.querySelector(above) !== null
}
