import type { PathLeg, PathLegName } from '@nps-desktop/electron/contract'

/** Below this a difference is not felt, whatever its ratio. */
const feltMs = 30

/**
 * The one leg that is slow, or null: under a fifth of the best speed of the others, over twice their round trips together, or with
 * round trips that differ by more than the round trip itself, which is how lost packets show in TCP.
 */
export function slowLeg(legs: readonly PathLeg[]): PathLegName | null {
  const known = legs.flatMap(({ leg, measured }) => (measured ? [{ leg, ...measured }] : []))
  const speeds = known.flatMap(({ leg, downBytesPerSecond: down, upBytesPerSecond: up }) =>
    down === null && up === null ? [] : [{ leg, speed: Math.min(down ?? Infinity, up ?? Infinity) }],
  )
  const best = Math.max(...speeds.map(({ speed }) => speed))
  const slowest = speeds.toSorted((a, b) => a.speed - b.speed)[0]
  if (slowest && slowest.speed < best / 5) return slowest.leg
  const farthest = known.toSorted((a, b) => b.roundTripMs - a.roundTripMs)[0]
  if (farthest && known.length > 1 && farthest.roundTripMs >= feltMs) {
    const others = known.reduce((sum, { roundTripMs }) => sum + roundTripMs, 0) - farthest.roundTripMs
    if (farthest.roundTripMs > 2 * others) return farthest.leg
  }
  const restless = known.toSorted((a, b) => b.variesMs - a.variesMs)[0]
  return restless && restless.variesMs > Math.max(feltMs, restless.roundTripMs) ? restless.leg : null
}
