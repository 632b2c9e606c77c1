import { afterEach, describe, expect, it } from 'vitest'
import { CarriedWorld, collect, someBytes, sumOf } from '../../testing/carried-world.ts'
import type { PacketWeather } from '../../testing/packet-network.ts'

/** Another one: `CARRY_SEED=7`. Time is the test's own, so that a seed gives the same run each time. */
const seed = Number(process.env['CARRY_SEED'] ?? 1)
const worlds: CarriedWorld[] = []

/** A relay of 4 Mbit/s, and a direct line of 100. */
const byRelay: PacketWeather = { delayMs: 40, bytesPerMs: 500, queueBytes: 256_000 }
const direct: PacketWeather = { delayMs: 10, bytesPerMs: 12_500, queueBytes: 625_000, loss: 0.01 }

afterEach(() => {
  for (const world of worlds.splice(0)) world.end()
})

async function copying(bytes: number) {
  const world = new CarriedWorld(seed, byRelay)
  worlds.push(world)
  const { here, there } = await world.stream()
  const sent = someBytes(bytes, world.random)
  const got = collect(there)
  here.end(sent)
  there.end()
  here.resume()
  return { world, got, sent }
}

describe('a link with two ways', { timeout: 60_000 }, () => {
  it('takes the direct one under a running copy as soon as it answers, and loses nothing', async () => {
    const { world, got, sent } = await copying(12_000_000)
    await world.pass(2_000)
    expect(got.bytes).toBeLessThan(1_100_000)
    const network = world.direct(direct)
    expect(await world.until(() => world.ways.length === 2, 1_000)).toBeLessThan(250)
    expect(world.ways.toSorted()).toEqual(['agent direct', 'visitor direct'])
    expect(await world.until(() => got.sum !== undefined, 10_000)).toBeLessThan(3_000)
    expect(got.sum).toBe(sumOf(sent))
    expect(world.visitor.roundTripMs).toBeLessThan(80)
    world.end()
    await world.pass(1_000)
    expect(network.waiting + world.relay.waiting + world.clock.waiting).toBe(0)
  })

  it('goes by the relay again within a second of the direct way’s end, and directly when that is back', async () => {
    const { world, got, sent } = await copying(12_000_000)
    const network = world.direct(direct)
    await world.until(() => got.bytes > 2_000_000, 5_000)
    network.isCut = true
    const before = world.ways.length
    expect(await world.until(() => world.ways.length > before, 2_000)).toBeLessThan(1_000)
    const relayed = got.bytes
    expect(await world.until(() => got.bytes > relayed, 2_000)).toBeLessThan(1_000)
    await world.pass(1_000)
    expect(world.ways.slice(before).toSorted()).toEqual(['agent relay', 'visitor relay'])
    network.isCut = false
    expect(await world.until(() => world.visitor.isDirect && world.agent.isDirect, 6_000)).toBeLessThan(4_000)
    await world.until(() => got.sum !== undefined, 10_000)
    expect(got.sum).toBe(sumOf(sent))
  })

  it('goes back when packets pass in one direction only', async () => {
    const { world, got, sent } = await copying(6_000_000)
    const network = world.direct(direct)
    await world.until(() => world.visitor.isDirect && world.agent.isDirect, 1_000)
    const [visitor] = network.ends
    visitor.onPacket(() => undefined)
    await world.until(() => !world.visitor.isDirect && !world.agent.isDirect, 2_000)
    await world.until(() => got.sum !== undefined, 20_000)
    expect(got.sum).toBe(sumOf(sent))
  })

  it('stays by the relay when the direct way never answers, and gives it up after a minute', async () => {
    const { world, got, sent } = await copying(1_000_000)
    const network = world.direct({ ...direct, loss: 1 })
    await world.until(() => got.sum !== undefined, 10_000)
    expect(got.sum).toBe(sumOf(sent))
    await world.until(() => network.closedEnds === 2, 62_000)
    expect(world.ways).toEqual([])
    await world.pass(2_000)
    expect(world.clock.waiting).toBe(0)
  })

  it('moves back without anything under way, so that the next keystroke does not wait', async () => {
    const world = new CarriedWorld(seed, byRelay)
    worlds.push(world)
    const { here, there } = await world.stream()
    there.pipe(there)
    const network = world.direct({ delayMs: 10 })
    await world.until(() => world.visitor.isDirect && world.agent.isDirect, 1_000)
    await world.pass(20_000)
    network.isCut = true
    await world.until(() => !world.visitor.isDirect && !world.agent.isDirect, 15_000)
    const echoed = collect(here)
    here.write('k')
    expect(await world.until(() => echoed.bytes === 1, 1_000)).toBeLessThan(150)
  })

  it('lives on directly when the relay is gone', async () => {
    const { world, got, sent } = await copying(6_000_000)
    world.direct(direct)
    await world.until(() => world.visitor.isDirect && world.agent.isDirect, 1_000)
    world.relay.end()
    await world.until(() => got.sum !== undefined, 10_000)
    expect(got.sum).toBe(sumOf(sent))
  })

  it('ends a minute after the direct way has fallen silent, when the relay is gone and nobody says anything', async () => {
    const world = new CarriedWorld(seed, byRelay)
    worlds.push(world)
    const network = world.direct({ delayMs: 10 })
    await world.until(() => world.visitor.isDirect && world.agent.isDirect, 1_000)
    world.relay.end()
    await world.pass(120_000)
    expect(world.ended).toEqual([])
    world.mayEnd = true
    network.isCut = true
    await world.until(() => world.ended.length === 2, 80_000)
    expect(world.clock.waiting).toBe(0)
  })

  it('ends when both are gone', async () => {
    const { world } = await copying(6_000_000)
    world.mayEnd = true
    world.relay.end()
    await world.until(() => world.ended.length === 2, 1_000)
    expect(world.ended).toMatchObject([
      { message: 'every way to the peer has ended' },
      { message: 'every way to the peer has ended' },
    ])
    expect(world.clock.waiting).toBe(0)
  })

  it('finds out how long packets may be, and notices when they no longer may', async () => {
    const { world, got, sent } = await copying(8_000_000)
    const network = world.direct({ ...direct, loss: 0, maxBytes: 1_400 })
    await world.until(() => network.longest > 1_380, 3_000)
    network.weather = { ...direct, loss: 0, maxBytes: 1_250 }
    await world.until(() => got.sum !== undefined, 10_000)
    expect(got.sum).toBe(sumOf(sent))
    expect(network.longest).toBeLessThanOrEqual(1_400)
  })
})
