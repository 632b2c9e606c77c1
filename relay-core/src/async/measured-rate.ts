import { until } from './wait/until.ts'

export interface RateMeasurement {
  readonly chunkBytes: number
  readonly maxBytes: number
  /** No chunk begins later than this after the first; one that takes longer than as long again is given up. */
  readonly maxMs: number
  /** Moves one chunk. */
  readonly move: (options: { signal: AbortSignal }) => Promise<unknown>
  readonly signal: AbortSignal
}

/** Chunks under way at once fill a long line; they become more only as they arrive, so that little is left over on a slow one. */
const maxSideBySide = 32

/**
 * Bytes a second, by moving chunks until there have been enough of them or the time is up; null when not one arrived. What counts is the
 * later half, when the line is full. Rejects as `move` does, or with the signal's reason.
 */
export async function measureRate({
  chunkBytes,
  maxBytes,
  maxMs,
  move,
  signal,
}: RateMeasurement): Promise<number | null> {
  const startedAtMs = performance.now()
  const sinceStart = () => performance.now() - startedAtMs
  const giveUp = new AbortController()
  const moving = AbortSignal.any([signal, giveUp.signal])
  const arrivals: number[] = []
  let begun = 0
  let lanes = 0
  const lane = async (): Promise<void> => {
    lanes += 1
    const more: Promise<void>[] = []
    while (begun + chunkBytes <= maxBytes && sinceStart() < maxMs && !moving.aborted) {
      begun += chunkBytes
      await move({ signal: moving })
      arrivals.push(sinceStart())
      if (lanes >= maxSideBySide) continue
      const next = lane()
      // It may fail before it is waited for.
      next.catch(() => undefined)
      more.push(next)
    }
    await Promise.all(more)
  }
  const late = new Error('the rest came too late')
  try {
    await until(lane(), { signal, timeoutMs: maxMs * 2, onTimeout: () => late })
  } catch (error) {
    giveUp.abort(late)
    if (error !== late) throw error
  }
  return rateOf(arrivals, chunkBytes)
}

function rateOf(arrivals: readonly number[], chunkBytes: number): number | null {
  const last = arrivals.at(-1)
  if (last === undefined) return null
  const half = Math.floor(arrivals.length / 2)
  const from = arrivals.length < 4 ? 0 : (arrivals[half - 1] ?? 0)
  const counted = arrivals.length < 4 ? arrivals.length : arrivals.length - half
  return ((counted * chunkBytes) / Math.max(last - from, 0.05)) * 1_000
}

/** Round trips of a leg: the middle one, and by how much they differ from one to the next (RFC 3550 §6.4.1 calls it jitter). */
export async function measureRoundTrips(
  times: number,
  ask: () => Promise<unknown>,
): Promise<{ roundTripMs: number; variesMs: number }> {
  const trips: number[] = []
  for (let count = 0; count < times; count += 1) {
    const askedAtMs = performance.now()
    await ask()
    trips.push(performance.now() - askedAtMs)
  }
  const steps = trips.slice(1).map((ms, index) => Math.abs(ms - (trips[index] ?? ms)))
  const sorted = trips.toSorted((a, b) => a - b)
  return {
    roundTripMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    variesMs: steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length),
  }
}
