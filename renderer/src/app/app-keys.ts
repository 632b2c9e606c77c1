import { isAnythingAbove, isTyping } from '../ui/keys/key-owners.ts'

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
    if (event.defaultPrevented || event.altKey || event.shiftKey || isAnythingAbove()) return
    if (isMac ? event.metaKey : event.ctrlKey) {
      const name = commandKeys[event.key.toLowerCase()]
      const action = name && actions[name]
      if (!action) return
      event.preventDefault()
      action()
      return
    }
    // Escape belongs first to the field that is typed in
    if (event.key === 'Escape' && !isTyping(event.target)) actions.back?.()
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}
