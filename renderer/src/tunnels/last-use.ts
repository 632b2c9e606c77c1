const key = 'nps-desktop:last-use'
/** A box not opened for this long may fold into one line. */
const recentMs = 7 * 86_400_000

/** When a tunnel of each lab box was last used in this window; lost with the browser's storage, which only unfolds less. */
function read(): Record<string, number> {
  const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
  return typeof stored === 'object' && stored !== null ? (stored as Record<string, number>) : {}
}

export function rememberUse(labId: string): void {
  localStorage.setItem(key, JSON.stringify({ ...read(), [labId]: Date.now() }))
}

export function usedLately(labId: string): boolean {
  return Date.now() - (read()[labId] ?? 0) < recentMs
}
