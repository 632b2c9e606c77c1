import { createHash, randomInt } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { PacketNetwork, type PacketWeather } from '../../testing/packet-network.ts'
import { CarryLink } from './carry-link.ts'

/** What a failure says repeats it: `CARRY_SEED=7`. */
const seed = Number(process.env['CARRY_SEED'] ?? randomInt(2 ** 31))
const secret = Buffer.alloc(32, 7)
const worlds: World[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.end()
})

/** Numbers from 0 to 1, the same again with the same seed (mulberry32). */
function randomNumbers(start: number): () => number {
  let state = start | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Two ends of a link with a relay between them, in a time of their own. */
class World {
  readonly clock = new ManualClock()
  readonly random = randomNumbers(seed)
  readonly relay: PacketNetwork
  readonly visitor: CarryLink
  readonly agent: CarryLink
  readonly accepted: Duplex[] = []
  readonly ways: string[] = []
  readonly ends: (Error | undefined)[] = []
  onStream: (stream: Duplex) => void = (stream) => this.accepted.push(stream)

  constructor(weather: PacketWeather) {
    worlds.push(this)
    this.relay = new PacketNetwork(this.clock, this.random, weather, 1_200)
    const options = { secret, clock: this.clock }
    this.visitor = new CarryLink({
      ...options,
      role: 'visitor',
      relay: this.relay.ends[0],
      onStream: () => undefined,
      onWay: (way) => this.ways.push(`visitor ${way}`),
    })
    this.agent = new CarryLink({
      ...options,
      role: 'agent',
      relay: this.relay.ends[1],
      onStream: (stream) => this.onStream(stream),
      onWay: (way) => this.ways.push(`agent ${way}`),
    })
    for (const link of [this.visitor, this.agent]) void link.closed.then((error) => this.ends.push(error))
  }

  direct(weather: PacketWeather): PacketNetwork {
    const network = new PacketNetwork(this.clock, this.random, weather)
    this.visitor.offerDirect(network.ends[0])
    this.agent.offerDirect(network.ends[1])
    return network
  }

  /** Lets time pass, and whatever reads and writes streams have its turns, until `isDone`. Returns how long that took. */
  async until(isDone: () => boolean, withinMs: number): Promise<number> {
    const startMs = this.clock.now()
    while (!isDone()) {
      if (this.ends.length > 0) throw new Error(`a link has ended: ${this.ends[0]}, CARRY_SEED=${seed}`)
      if (this.clock.now() - startMs > withinMs)
        throw new Error(`not within ${withinMs} ms, CARRY_SEED=${seed}`)
      await this.pass(1)
    }
    return this.clock.now() - startMs
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left--) {
      this.clock.advance(Math.min(1, left))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  end(): void {
    this.visitor.close()
    this.agent.close()
  }
}

/** Bytes that differ everywhere, and their sum. */
function someBytes(length: number, random: () => number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at++) bytes[at] = random() * 256
  return bytes
}

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** All that comes out of a stream. */
function collect(stream: Duplex): { bytes: number; sum: string | undefined } {
  const hash = createHash('sha256')
  const got: { bytes: number; sum: string | undefined } = { bytes: 0, sum: undefined }
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    got.bytes += chunk.length
  })
  stream.on('end', () => {
    got.sum = hash.digest('hex')
  })
  return got
}

async function nothingLeft(world: World, networks: readonly PacketNetwork[]): Promise<void> {
  await world.until(() => world.visitor.streamCount + world.agent.streamCount === 0, 5_000)
  world.end()
  await world.pass(100)
  expect(networks.map(({ waiting }) => waiting)).toEqual(networks.map(() => 0))
  expect(world.clock.waiting).toBe(0)
  expect(networks.map(({ closedEnds }) => closedEnds)).toEqual(networks.map(() => 2))
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

describe('a link over packets', () => {
  for (const [name, weather] of Object.entries(weathers)) {
    it(`carries every byte both ways on a network ${name}, and leaves nothing behind`, async () => {
      const world = new World(weather)
      const sizes = [0, 1, 1_177, 70_000, 1_500_000]
      const sent = sizes.map((size) => someBytes(size, world.random))
      const there: ReturnType<typeof collect>[] = []
      world.onStream = (stream) => {
        there.push(collect(stream))
        stream.pipe(stream)
      }
      const back = sent.map((bytes) => {
        const stream = world.visitor.openStream()
        stream.end(bytes)
        return collect(stream)
      })
      await world.until(() => back.every(({ sum }) => sum !== undefined), 60_000)
      expect(back.map(({ sum }) => sum)).toEqual(sent.map(sumOf))
      expect(there.map(({ sum }) => sum)).toEqual(sent.map(sumOf))
      await nothingLeft(world, [world.relay])
    })
  }
})
