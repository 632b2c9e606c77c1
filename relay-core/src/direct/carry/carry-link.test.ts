import type { Writable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { CarriedWorld, collect, someBytes, sumOf, type Collected } from '../../testing/carried-world.ts'
import type { PacketNetwork, PacketWeather } from '../../testing/packet-network.ts'

/** Another one: `CARRY_SEED=7`. Time is the test's own, so that a seed gives the same run each time. */
const seed = Number(process.env['CARRY_SEED'] ?? 1)
const worlds: CarriedWorld[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.end()
})

function worldWith(weather: PacketWeather): CarriedWorld {
  const world = new CarriedWorld(seed, weather)
  worlds.push(world)
  return world
}

/** After the last byte: no stream, no packet, no timer. */
async function nothingLeft(world: CarriedWorld, networks: readonly PacketNetwork[]): Promise<void> {
  await world.until(() => world.visitor.streamCount + world.agent.streamCount === 0, 5_000)
  world.end()
  await world.pass(200)
  expect(networks.map(({ waiting }) => waiting)).toEqual(networks.map(() => 0))
  expect(networks.map(({ closedEnds }) => closedEnds)).toEqual(networks.map(() => 2))
  expect(world.clock.waiting).toBe(0)
}

/** The sums of what comes back of each, sent by a stream of its own, all at once. */
async function echoed(world: CarriedWorld, sent: readonly Buffer[]): Promise<unknown[]> {
  const back = sent.map((bytes) => {
    const stream = world.visitor.openStream()
    stream.end(bytes)
    return collect(stream)
  })
  await world.until(() => back.every(({ sum }) => sum !== undefined), 60_000)
  return back.map(({ sum }) => sum)
}

const weathers: Record<string, PacketWeather> = {
  'that is kind': { delayMs: 10 },
  'that loses one of a hundred': { delayMs: 25, loss: 0.01 },
  'that loses one of ten': { delayMs: 25, loss: 0.1 },
  'on which packets overtake each other': { delayMs: 20, late: 0.2 },
  'that doubles packets': { delayMs: 20, doubled: 0.2, late: 0.1 },
  'that is narrow and has a short queue': { delayMs: 25, bytesPerMs: 500, queueBytes: 20_000 },
  'that does it all': {
    delayMs: 40,
    loss: 0.05,
    doubled: 0.05,
    late: 0.1,
    bytesPerMs: 1_000,
    queueBytes: 60_000,
  },
}

describe('a link over packets', { timeout: 60_000 }, () => {
  for (const [name, weather] of Object.entries(weathers)) {
    it(`carries every byte both ways on a network ${name}, and leaves nothing behind`, async () => {
      const world = worldWith(weather)
      const sent = [0, 1, 1_177, 70_000, 1_000_000].map((size) => someBytes(size, world.random))
      const there: Collected[] = []
      world.onStream = (stream) => {
        there.push(collect(stream))
        stream.pipe(stream)
      }
      expect(await echoed(world, sent)).toEqual(sent.map(sumOf))
      expect(there.map(({ sum }) => sum)).toEqual(sent.map(sumOf))
      await nothingLeft(world, [world.relay])
    })
  }

  it('carries 300 streams at once', async () => {
    const world = worldWith({ delayMs: 15, loss: 0.02 })
    world.onStream = (stream) => stream.pipe(stream)
    const sent = Array.from({ length: 300 }, () => someBytes(3_000, world.random))
    expect(await echoed(world, sent)).toEqual(sent.map(sumOf))
    await nothingLeft(world, [world.relay])
  })

  it('uses a line of 100 Mbit/s that loses one packet of a hundred, at a round trip of 50 ms, almost in full', async () => {
    const world = worldWith({ delayMs: 25, loss: 0.01, bytesPerMs: 12_500, queueBytes: 625_000 })
    const { here, there } = await world.stream()
    const collected = collect(there)
    writeWithoutEnd(here)
    // The first second is for finding out.
    await world.pass(1_000)
    const before = collected.bytes
    await world.pass(1_000)
    expect(((collected.bytes - before) * 8) / 1e6).toBeGreaterThan(80)
    here.destroy()
    await nothingLeft(world, [world.relay])
  })

  it('is measured beside a running copy: how long, how wide and how lossy it is to the peer, which needs to know nothing of that', async () => {
    const world = worldWith({ delayMs: 40 })
    await expect(world.visitor.measure()).rejects.toThrow('there is no direct way')
    const { here, there } = await world.stream()
    const network = world.direct({ delayMs: 25, loss: 0.02, bytesPerMs: 6_250, queueBytes: 312_000 })
    await world.until(() => world.visitor.isDirect && world.agent.isDirect, 2_000)
    const sent = someBytes(200_000, world.random)
    const collected = collect(there)
    here.end(sent)
    there.end()
    here.resume()
    const measuring = world.visitor.measure()
    await world.pass(1_000)
    const { roundTripMs, lostPart, upBytesPerSecond } = await measuring
    expect(roundTripMs).toBeGreaterThan(48)
    expect(roundTripMs).toBeLessThan(70)
    expect(lostPart).toBeGreaterThan(0.005)
    expect(lostPart).toBeLessThan(0.06)
    expect((upBytesPerSecond * 8) / 1e6).toBeGreaterThan(40)
    expect((upBytesPerSecond * 8) / 1e6).toBeLessThan(56)
    await world.until(() => collected.sum !== undefined, 5_000)
    expect(collected.sum).toBe(sumOf(sent))
    const silent = world.visitor.measure()
    silent.catch(() => undefined)
    network.isCut = true
    await world.pass(1_000)
    await expect(silent).rejects.toThrow('has fallen silent')
    await nothingLeft(world, [world.relay, network])
  })

  it('notices within two seconds that a line has become twenty times faster', async () => {
    const world = worldWith({ delayMs: 25, bytesPerMs: 600, queueBytes: 30_000 })
    const { here, there } = await world.stream()
    const collected = collect(there)
    writeWithoutEnd(here)
    await world.pass(2_000)
    world.relay.weather = { delayMs: 25, bytesPerMs: 12_500, queueBytes: 625_000 }
    await world.pass(2_000)
    const before = collected.bytes
    await world.pass(500)
    expect(((collected.bytes - before) * 8) / 500_000).toBeGreaterThan(60)
  })

  it('echoes a keystroke beside a copy within two round trips', async () => {
    const world = worldWith({ delayMs: 15, bytesPerMs: 1_250, queueBytes: 125_000 })
    const keys = await world.stream()
    keys.there.pipe(keys.there)
    const copy = await world.stream()
    copy.there.resume()
    writeWithoutEnd(copy.here)
    await world.pass(2_000)
    const echoed = collect(keys.here)
    const times: number[] = []
    for (let count = 1; count <= 20; count++) {
      keys.here.write('k')
      times.push(await world.until(() => echoed.bytes === count, 2_000))
      await world.pass(20)
    }
    times.sort((a, b) => a - b)
    expect(times[10]).toBeLessThan(90)
  })

  it('ends each direction by itself, and passes a reset on', async () => {
    const world = worldWith({ delayMs: 10, loss: 0.1 })
    const { here, there } = await world.stream()
    const question = collect(there)
    here.end('question')
    await world.until(() => question.sum !== undefined, 5_000)
    const answer = collect(here)
    there.write('answer')
    await world.until(() => answer.bytes === 6, 5_000)
    expect(here.destroyed).toBe(false)
    there.destroy()
    await world.until(() => here.closed, 5_000)
    expect(here.errored).toMatchObject({ code: 'ECONNRESET' })
    await nothingLeft(world, [world.relay])
  })

  it('stops the writer of a stream that nobody reads, and no other stream', async () => {
    const world = worldWith({ delayMs: 5 })
    const stuck = await world.stream()
    let written = 0
    writeWithoutEnd(stuck.here, (bytes) => (written += bytes))
    await world.pass(2_000)
    // A window on its way, and what reader and writer hold (CarryLink says how much).
    expect(written).toBeGreaterThan(4 * 2 ** 20)
    expect(written).toBeLessThan(5 * 2 ** 20)
    const { here, there } = await world.stream()
    const collected = collect(there)
    here.end(Buffer.alloc(5_000_000))
    there.end()
    here.resume()
    await world.until(() => collected.sum !== undefined, 5_000)
    const rest = collect(stuck.there)
    const before = written
    await world.until(() => rest.bytes > before, 5_000)
    stuck.here.destroy()
    await nothingLeft(world, [world.relay])
  })

  it('holds no more than its window when nobody reads any of its streams', async () => {
    const world = worldWith({ delayMs: 5 })
    let written = 0
    for (let count = 0; count < 8; count++)
      writeWithoutEnd(world.visitor.openStream(), (bytes) => (written += bytes))
    await world.pass(3_000)
    expect(written).toBeGreaterThan(16 * 2 ** 20)
    expect(written).toBeLessThan(16 * 2 ** 20 + 8 * 2 ** 19)
    for (const stream of world.accepted) stream.resume()
    const before = written
    await world.until(() => written > before + 8 * 2 ** 20, 5_000)
  })

  it('goes on after a cut of 30 s within 2 s, with every byte', async () => {
    const world = worldWith({ delayMs: 15 })
    const { here, there } = await world.stream()
    there.pipe(there)
    const sent = someBytes(2_000_000, world.random)
    const back = collect(here)
    here.end(sent)
    await world.until(() => back.bytes > 500_000, 5_000)
    world.relay.isCut = true
    await world.pass(30_000)
    const before = back.bytes
    world.relay.isCut = false
    expect(await world.until(() => back.bytes > before, 5_000)).toBeLessThan(2_000)
    await world.until(() => back.sum !== undefined, 10_000)
    expect(back.sum).toBe(sumOf(sent))
    await nothingLeft(world, [world.relay])
  })

  it('outlives minutes without a byte, and a lost one after them', async () => {
    const world = worldWith({ delayMs: 15 })
    const { here, there } = await world.stream()
    there.pipe(there)
    await world.pass(90_000)
    const echoed = collect(here)
    world.relay.isCut = true
    here.write('k')
    await world.pass(2_000)
    world.relay.isCut = false
    expect(await world.until(() => echoed.bytes === 1, 5_000)).toBeLessThan(2_000)
  })

  it('ends when the peer has been silent for more than a minute while something waits', async () => {
    const world = worldWith({ delayMs: 15 })
    const { here } = await world.stream()
    world.relay.isCut = true
    here.write('is anybody there?')
    world.mayEnd = true
    const tookMs = await world.until(() => here.closed, 70_000)
    expect(tookMs).toBeGreaterThan(60_000)
    expect(world.ended).toMatchObject([{ message: 'the peer is silent' }])
  })

  it('ends at both ends when one leaves', async () => {
    const world = worldWith({ delayMs: 15 })
    const { here, there } = await world.stream()
    world.visitor.close()
    world.mayEnd = true
    await world.until(() => here.closed && there.closed, 1_000)
    expect(world.ended).toEqual([undefined, undefined])
    expect(() => world.visitor.openStream()).toThrow('the link has ended')
    await world.pass(100)
    expect(world.clock.waiting).toBe(0)
  })
})

/** Writes whenever there is room; `onWrite` is told how many bytes. */
function writeWithoutEnd(stream: Writable, onWrite: (bytes: number) => void = () => undefined): void {
  const chunk = Buffer.alloc(65_536)
  const write = () => {
    do onWrite(chunk.length)
    while (stream.write(chunk))
    stream.once('drain', write)
  }
  write()
}
