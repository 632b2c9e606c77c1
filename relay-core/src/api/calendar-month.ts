/** One calendar month in UTC: from its first millisecond to that of the next one. Milliseconds since the Unix epoch. */
export interface Month {
  readonly startMs: number
  readonly endMs: number
}

/** The month that holds this instant. In UTC, so that relay and app, which may be in different zones, mean the same one. */
export function monthAround(atMs: number): Month {
  const date = new Date(atMs)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { startMs: Date.UTC(year, month), endMs: Date.UTC(year, month + 1) }
}
