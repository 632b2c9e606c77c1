import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DatagramCommands } from '../load/load-datagrams.ts'
import { LoadProcess } from '../load-process.ts'
import type { Line, Place } from '../place.ts'
import { wanPlace } from './wan-place.ts'

/** What a line does to single packets, at most as late as a busy computer makes it: the best of several tries counts. */

const tries = 5
const slackMs = 15
const straight: Line = { delayMs: 0, megabits: 0, loss: 0 }
/** A packet of this many bytes and 28 of headers takes 1.028 ms at 8 Mbit/s. */
const [megabits, bytes, packetMs] = [8, 1000, 1.028]
/** As in wan-place.ts. */
const queueMs = 50

interface End {
  readonly process: LoadProcess<DatagramCommands>
  readonly at: { readonly host: string; readonly port: number }
}

const parts = new AsyncDisposableStack()
let place: Place
let laptop: End
let server: End
let lab: End

async function end(inPlace: Place['lab']): Promise<End> {
  const process = parts.adopt(LoadProcess.datagrams(inPlace), (one) => one.close())
  return { process, at: await process.call('listen', undefined) }
}

beforeAll(async () => {
  place = parts.adopt(await wanPlace(), (one) => one.close())
  laptop = await end(place.visitor)
  server = await end(place.server)
  lab = await end(place.lab)
})

afterAll(() => parts.disposeAsync())

const shape = (lines: { laptop?: Line; server?: Line; lab?: Line }) =>
  place.shape?.({ laptop: straight, server: straight, lab: straight, ...lines })

/** Sends packets as fast as they leave; answers when they arrived, in milliseconds since the first one left. */
async function burst(from: End, to: End, count: number): Promise<number[]> {
  const startedAt = await from.process.call('burst', { ...to.at, count, bytes })
  await from.process.call('settle', to.at)
  return (await to.process.call('arrivals', undefined)).map((at) => at - startedAt)
}

async function quickest(from: End, to: End): Promise<number> {
  return Math.min(...(await from.process.call('roundTrips', { ...to.at, count: 4 * tries })))
}

it('delays what passes two lines by both, there and back', async () => {
  await shape({ laptop: { ...straight, delayMs: 10 }, lab: { ...straight, delayMs: 20 } })
  const toLab = await quickest(laptop, lab)
  expect(toLab).toBeGreaterThanOrEqual(60)
  expect(toLab).toBeLessThan(60 + slackMs)
  const toServer = await quickest(laptop, server)
  expect(toServer).toBeGreaterThanOrEqual(20)
  expect(toServer).toBeLessThan(20 + slackMs)
})

it.each(['to the lab', 'from the lab'] as const)('lets through so much in a second %s', async (way) => {
  await shape({ lab: { ...straight, megabits } })
  const [from, to] = way === 'to the lab' ? [laptop, lab] : [lab, laptop]
  const count = 40
  const lasts: number[] = []
  while (lasts.length < tries) {
    const arrived = await burst(from, to, count)
    expect(arrived).toHaveLength(count)
    lasts.push(Math.max(...arrived))
  }
  expect(Math.min(...lasts)).toBeGreaterThanOrEqual(count * packetMs)
  expect(Math.min(...lasts)).toBeLessThan(count * packetMs + slackMs)
})

it('drops what would wait for more than 50 ms', async () => {
  await shape({ lab: { ...straight, megabits } })
  const counts: number[] = []
  while (counts.length < tries) counts.push((await burst(laptop, lab, 200)).length)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(queueMs / packetMs))
  expect(Math.min(...counts)).toBeLessThan((queueMs + slackMs) / packetMs)
})

it('loses of what a host sends so many, and none of what is sent to it', async () => {
  await shape({ laptop: { ...straight, loss: 0.5 } })
  let [left, reached] = [0, 0]
  // No more at once than a receiver's buffer holds.
  while (left < 400) {
    left += 50
    reached += (await burst(laptop, lab, 50)).length
  }
  // Half of them, within six standard deviations.
  expect(reached).toBeGreaterThan(140)
  expect(reached).toBeLessThan(260)
  expect(await burst(server, laptop, 50)).toHaveLength(50)
})

it('lets nothing through while a line is cut, and everything once it is healed', async () => {
  // Longer than it takes to heal: what was sent before that is lost, and not late.
  await shape({ lab: { ...straight, delayMs: 100 } })
  await place.cutLink?.()
  expect(await burst(laptop, server, 20)).toHaveLength(20)
  await laptop.process.call('burst', { ...lab.at, count: 20, bytes })
  await lab.process.call('burst', { ...laptop.at, count: 20, bytes })
  await place.healLink?.()
  expect(await burst(laptop, lab, 20)).toHaveLength(20)
  expect(await burst(lab, laptop, 20)).toHaveLength(20)
})
