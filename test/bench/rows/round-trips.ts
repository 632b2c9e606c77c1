import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../quantile.ts'
import type { Act } from '../stage.ts'
import type { BenchRow } from './row.ts'

const roundTrips = (act: Act, ms: number) => act.stage.bytes.call('roundTrips', { ...act.at('echo'), ms })

/** Milliseconds of a byte's round trip while a stream copies from the lab, and the rate of that, in MB/s. */
export async function besideCopy(
  act: Act,
  warmUpMs: number,
  ms: number,
): Promise<{ p50: number; p95: number; rate: number }> {
  const { copies } = act.stage
  await copies.call('pull', { ...act.at('source'), streams: 1 })
  try {
    await delay(warmUpMs)
    const [times, { bytes, seconds }] = await Promise.all([
      roundTrips(act, ms),
      copies.call('measure', { ms }),
    ])
    return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), rate: bytes / 1e6 / seconds }
  } finally {
    await copies.call('stop', undefined)
  }
}

export const idleRoundTrip: BenchRow = {
  measure: async (act, { measureMs, warmUpMs }) => {
    await roundTrips(act, warmUpMs)
    const times = await roundTrips(act, measureMs)
    return { idleP50: quantile(times, 0.5), idleP99: quantile(times, 0.99) }
  },
}

/** Long enough that both processors and all four programs have gone to rest. */
const pauseMs = 5

/** Each byte finds everything at rest, as a key does. */
export const pacedRoundTrip: BenchRow = {
  measure: async (act, { measureMs, warmUpMs }) => {
    const paced = (ms: number) => act.stage.bytes.call('roundTrips', { ...act.at('echo'), ms, pauseMs })
    await paced(warmUpMs)
    const times = await paced(2 * measureMs)
    return { pacedP50: quantile(times, 0.5), pacedP99: quantile(times, 0.99) }
  },
}

export const loadedRoundTrip: BenchRow = {
  measure: async (act, { measureMs, warmUpMs }) => ({
    loadedP95: (await besideCopy(act, warmUpMs, measureMs)).p95,
  }),
}

export const shapedRoundTrip: BenchRow = {
  isShaped: true,
  isOnce: true,
  measure: async (act, { measureMs, warmUpMs }) => {
    const idle = await roundTrips(act, measureMs)
    const { p95, rate } = await besideCopy(act, 2 * warmUpMs, 2 * measureMs)
    return { shapedRate: rate, shapedIdleP95: quantile(idle, 0.95), shapedLoadedP95: p95 }
  },
}
