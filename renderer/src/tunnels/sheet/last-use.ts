const key = 'nps-desktop:last-use'
/** A box not opened for this long may fold into one line. */
const recentMs = 7 * 86_400_000

/** When a tunnel of each lab box was last used in this window; lost with the browser's storage, which only unfolds less. */
function read(): Record<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return {}
    return Object.fromEntries(
      Object.entries(stored).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    )
  } catch {
    // Another program, an older version or a person may have written anything, and a browser may keep nothing at all.
    return {}
  }
}

export function rememberUse(labId: string): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...read(), [labId]: Date.now() }))
  } catch {
    // The storage is full or switched off: the box just folds sooner.
  }
}

export function usedLately(labId: string): boolean {
  const atMs = read()[labId] ?? 0
  const agoMs = Date.now() - atMs
  return agoMs >= 0 && agoMs < recentMs
}
