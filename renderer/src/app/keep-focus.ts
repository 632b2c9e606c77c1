const focusable =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), [tabindex]:not([tabindex="-1"])'
/** What floats above the page and closes by itself: its focus came from the page and belongs back there. */
const above = '[role="dialog"], [role="menu"], [role="listbox"]'

/**
 * Keeps the focus on the page. When the focused element goes away (a dialog closes, a form becomes text, a step is
 * over) the browser drops the focus to the body, and the keyboard starts again at the top. Then it goes to the nearest
 * place that is still there: where it was before the dialog, or the first thing in the part that held it; to the content
 * itself where another page has taken the place of the whole one.
 * Returns a function that stops it.
 */
export function keepFocus(document: Document): () => void {
  /** The focused element and what held it, from the inside out; the same of the page below an open dialog. */
  let last: readonly Element[] = []
  let onPage: readonly Element[] = []

  function remember({ target }: FocusEvent): void {
    if (!(target instanceof Element) || target === document.body) return
    last = chainOf(target)
    if (!target.closest(above)) onPage = last
  }

  function restore(): void {
    if (document.activeElement && document.activeElement !== document.body) return
    if (last[0] === undefined || last[0].isConnected || document.querySelector(above)) return
    for (const place of [...insideOf(last), ...insideOf(onPage)]) {
      place.focus({ preventScroll: true })
      if (document.activeElement === place) return
    }
  }

  const observer = new MutationObserver(restore)
  observer.observe(document.body, { childList: true, subtree: true })
  document.addEventListener('focusin', remember)
  return () => {
    observer.disconnect()
    document.removeEventListener('focusin', remember)
  }
}

function chainOf(element: Element): Element[] {
  const chain: Element[] = []
  for (let at: Element | null = element; at && at !== at.ownerDocument.body; at = at.parentElement)
    chain.push(at)
  return chain
}

/** What can have the focus in the innermost part that is still there, then in those around it. */
function insideOf(chain: readonly Element[]): HTMLElement[] {
  return chain
    .filter((element) => element.isConnected)
    .flatMap((element) => [
      ...(element.matches(focusable) ? [element] : []),
      // what is around the content begins with the link that skips to it
      element.querySelector('main') ?? element.querySelector(focusable),
    ])
    .filter((element) => element instanceof HTMLElement)
}
