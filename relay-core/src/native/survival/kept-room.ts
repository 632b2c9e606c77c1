/**
 * What one carrier may keep of what was not acknowledged. As much as Linux lets TCP have in transit on one connection (tcp_wmem), so
 * that no line carries less because of it.
 */
export const maxKeptBytes = 4 * 1024 * 1024

/** Enough where the peer is near. It stays in the caches of the processor; with more under way each byte costs more (docs/adr/0038-streams-that-survive.md). */
const minKeptBytes = 1024 * 1024

/** What arrives is acknowledged after so many bytes at the latest: a quarter of the least that its sender keeps. */
export const acknowledgedBytes = minKeptBytes / 4

/** What the fastest line that is counted on has under way in a millisecond: 4 Gbit/s. */
const bytesPerMs = 512 * 1024

/** For a line of this round trip, as far as it is known. */
export function keptRoom(roundTripMs = Infinity): number {
  return Math.min(maxKeptBytes, Math.max(minKeptBytes, roundTripMs * bytesPerMs))
}
