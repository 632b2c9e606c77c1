/** What the keys of the whole app do; pages have further keys of their own. */
export interface AppKeyActions {
  search(): void
  home(): void
  activity(): void
  settings(): void
  add(): void
  checkAgain(): void
  back(): void
}

const isMac = navigator.platform.startsWith('Mac')

/** `⌘K` on a Mac, `Ctrl K` elsewhere. */
export function keyName(letter: string): string {
  return isMac ? `⌘${letter}` : `Ctrl ${letter}`
}

const commandKeys: Record<string, keyof AppKeyActions> = {
  k: 'search',
  '1': 'home',
  '2': 'activity',
  ',': 'settings',
  n: 'add',
  r: 'checkAgain',
}

/** Listens for those of the app's keys that `actions` has until the returned function is called. */
export function useAppKeys(actions: Partial<AppKeyActions>): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || event.shiftKey) return
    if (isMac ? event.metaKey : event.ctrlKey) {
      const name = commandKeys[event.key.toLowerCase()]
      const action = name && actions[name]
      if (!action) return
      event.preventDefault()
      action()
      return
    }
    if (event.key === 'Escape' && !isBusy(event.target)) actions.back?.()
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}

/** Escape belongs first to whatever is open: a field, a menu, a dialog. */
function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return true
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}
