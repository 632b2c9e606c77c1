import { setTimeout as delay } from 'node:timers/promises'
import { deadlines } from '../figures.ts'
import type { Place } from '../place.ts'
import { quantile } from '../quantile.ts'
import type { Act } from '../stage.ts'
import { besideCopy } from './round-trips.ts'
import type { BenchRow } from './row.ts'

/** A laptop at home and a lab box, each 15 ms from the server, through which everything passes. */
export async function shape(place: Place, megabits: number, loss = 0, delayMs = 15): Promise<void> {
  const end = { delayMs, megabits: 0, loss }
  await place.shape?.({ laptop: end, server: { delayMs: 0, megabits, loss }, lab: end })
}

/** What a row has measured, as the figures of the same over the wide area: `filesUp` is `wanFilesUp` there. */
export function ofWideArea<Name extends string>(
  measured: Readonly<Record<Name, number>>,
): Record<`wan${Capitalize<Name>}`, number> {
  const named = Object.entries<number>(measured).map(
    ([name, value]) => [`wan${name.charAt(0).toUpperCase()}${name.slice(1)}`, value] as const,
  )
  return Object.fromEntries(named) as Record<`wan${Capitalize<Name>}`, number>
}

const firstBytes = (act: Act, count: number, atOnce: boolean) =>
  act.stage.bytes.call('firstBytes', { ...act.at('echo'), count, atOnce }, 180_000)

/** From `connect` to the answer to the first byte. */
export const wanFirstByte: BenchRow = {
  isWide: true,
  measure: async (act) => {
    await shape(act.stage.place, 100)
    await firstBytes(act, 5, false)
    return { wanFirstByte: quantile(await firstBytes(act, 25, false), 0.5) }
  },
}

/** A page with 40 objects of 30 kB, fetched as a browser does: the page first, then six connections. The median of so many visits. */
async function page(act: Act, visits: number): Promise<number> {
  const times: number[] = []
  for (let visit = 0; visit < visits; visit += 1) {
    times.push(
      await act.stage.bytes.call(
        'page',
        { ...act.at('page'), objects: 40, bytes: 30_000, connections: 6 },
        60_000,
      ),
    )
  }
  return quantile(times, 0.5)
}

/** Where packets are lost one visit is twice as slow as the next, for everybody: the median of a few is a matter of luck. */
const lossyVisits = 25

export const wanPage: BenchRow = {
  isWide: true,
  measure: async (act) => {
    await shape(act.stage.place, 100)
    const clean = await page(act, 5)
    await shape(act.stage.place, 100, 0.01)
    return { wanPage: clean, wanLossyPage: await page(act, lossyVisits) }
  },
}

/** BBR goes by the shortest round trip of the last 10 s: a program whose connections stay would still send as over the line before. */
const bbrRemembersMs = 10_000

/** Lines that are poor in one way each: slow, far away, or losing packets. */
export const wanPoor: BenchRow = {
  isWide: true,
  measure: async (act) => {
    const over = async (megabits: number, loss?: number, delayMs?: number) => {
      await shape(act.stage.place, megabits, loss, delayMs)
      const shapedAtMs = performance.now()
      while (performance.now() - shapedAtMs < bbrRemembersMs) await page(act, 1)
      const firstByte = quantile(await firstBytes(act, lossyVisits, false), 0.5)
      return { firstByte, page: await page(act, loss === undefined ? 5 : lossyVisits) }
    }
    const slow = await over(3)
    const far = await over(100, undefined, 50)
    const lossy = await over(100, 0.02)
    return {
      wanSlowFirstByte: slow.firstByte,
      wanSlowPage: slow.page,
      wanFarFirstByte: far.firstByte,
      wanFarPage: far.page,
      wanLossyFirstByte: lossy.firstByte,
      wanLossierPage: lossy.page,
    }
  },
}

export const wanCopy: BenchRow = {
  isWide: true,
  measure: async (act) => {
    await shape(act.stage.place, 100)
    const { copies } = act.stage
    await copies.call('pull', { ...act.at('source'), streams: 1 })
    try {
      await delay(2_000)
      const { bytes, seconds } = await copies.call('measure', { ms: 4_000 })
      return { wanCopy: (bytes * 8) / 1e6 / seconds }
    } finally {
      await copies.call('stop', undefined)
    }
  },
}

/** What somebody who types into a terminal feels while a copy runs. */
export const wanTyping: BenchRow = {
  isWide: true,
  measure: async (act) => {
    await shape(act.stage.place, 100)
    const fast = await besideCopy(act, 2_000, 4_000)
    await shape(act.stage.place, 5)
    const slow = await besideCopy(act, 4_000, 8_000)
    return {
      wanTypingP50: fast.p50,
      wanTypingP95: fast.p95,
      wanSlowTypingP50: slow.p50,
      wanSlowTypingP95: slow.p95,
    }
  },
}

const cutMs = 30_000

/** The lab's line swallows everything for 30 s, also a key that is pressed meanwhile; both answers count from when it is back. */
export const wanCut: BenchRow = {
  isWide: true,
  isOnce: true,
  measure: async (act) => {
    const { bytes, place } = act.stage
    await shape(place, 100)
    const timeoutMs = (deadlines.wanCut ?? 0) * 1000
    await bytes.call('hold', { ...act.at('echo'), count: 1 })
    await place.cutLink?.()
    const pressed = bytes.call('heldByte', { timeoutMs: cutMs + timeoutMs }, cutMs + timeoutMs + 10_000)
    await delay(cutMs)
    await place.healLink?.()
    const [firstMs, heldMs] = await Promise.all([
      bytes.call('firstByte', { ...act.at('echo'), timeoutMs }, timeoutMs + 10_000),
      pressed,
    ])
    await bytes.call('release', undefined)
    return {
      wanCut: firstMs === null ? null : firstMs / 1000,
      wanSurvives: heldMs === null ? null : (heldMs - cutMs) / 1000,
    }
  },
}

/** A poor line: 3 Mbit/s, 200 ms there and back, 1 packet in 50 lost. */
export const wanCrowd: BenchRow = {
  isWide: true,
  measure: async (act) => {
    await shape(act.stage.place, 3, 0.01, 50)
    await firstBytes(act, 2, false)
    const times = await firstBytes(act, 100, true)
    return { wanCrowdP50: quantile(times, 0.5), wanCrowdLast: Math.max(...times) }
  },
}
