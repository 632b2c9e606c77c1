const key = 'nps-desktop:unwanted-services'
/** The oldest go; a line that comes back is put away again by one click. */
const maxKept = 200

/** What a person has put away from Home by lab box, name and port. Each browser, and the app, keeps its own; it is lost with that storage. */
export function unwantedServices(): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return new Set(Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [])
  } catch {
    // Another program, an older version or a person may have written anything, and a browser may keep nothing at all.
    return new Set()
  }
}

export function putAway(mark: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([...unwantedServices(), mark].slice(-maxKept)))
  } catch {
    // The storage is full or switched off: the line is there again the next time.
  }
}
