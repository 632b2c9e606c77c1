/**
 * What one carrier may keep of what was not acknowledged. As much as Linux lets TCP have in transit on one connection (tcp_wmem), so
 * that no line carries less because of it.
 */
export const maxKeptBytes = 4 * 1024 * 1024

/** Enough where the peer is near: many carriers that kept more would soon exceed what all may keep together. */
const minKeptBytes = 1024 * 1024

/**
 * While all carriers of an agent keep less than this together, each may keep `maxKeptBytes`. A sender that may keep less stops and is woken
 * again so often that a byte costs a tenth more processor time (docs/adr/0038-streams-that-survive.md).
 */
export const maxKeptByFew = 2 * maxKeptBytes

/** What arrives is acknowledged after this many bytes at the latest: a quarter of the least that its sender keeps. */
export const acknowledgedBytes = minKeptBytes / 4

/** What the fastest line that is counted on has under way in a millisecond: 4 Gbit/s. */
const bytesPerMs = 512 * 1024

/** For a line of this round trip, as far as it is known, and an agent whose carriers keep this much together. */
export function keptRoom({
  roundTripMs,
  keptTogether,
}: {
  roundTripMs: number
  keptTogether: number
}): number {
  if (keptTogether < maxKeptByFew) return maxKeptBytes
  return Math.min(maxKeptBytes, Math.max(minKeptBytes, roundTripMs * bytesPerMs))
}
