import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { CarryLink } from '../direct/carry/carry-link.ts'
import { ManualClock } from './manual-clock.ts'
import { PacketNetwork, type PacketWeather } from './packet-network.ts'

/** Two ends of a link with a relay between them, in a time of their own: the same again with the same seed. */
export class CarriedWorld {
  readonly clock = new ManualClock()
  readonly random: () => number
  readonly relay: PacketNetwork
  readonly visitor: CarryLink
  readonly agent: CarryLink
  /** The agent's, in the order they came. */
  readonly accepted: Duplex[] = []
  /** What both ends have gone over to. */
  readonly ways: string[] = []
  readonly ended: (Error | undefined)[] = []
  /** Whether a link may end while `until` waits. */
  mayEnd = false
  onStream: (stream: Duplex) => void = (stream) => this.accepted.push(stream)
  readonly #seed: number

  constructor(seed: number, weather: PacketWeather) {
    this.#seed = seed
    this.random = randomNumbers(seed)
    this.relay = new PacketNetwork(this.clock, this.random, weather, 1_200)
    const options = { secret: Buffer.alloc(32, 7), clock: this.clock }
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
    for (const link of [this.visitor, this.agent]) void link.closed.then((error) => this.ended.push(error))
  }

  /** A direct way between the two is open. */
  direct(weather: PacketWeather): PacketNetwork {
    const network = new PacketNetwork(this.clock, this.random, weather)
    this.visitor.offerDirect(network.ends[0])
    this.agent.offerDirect(network.ends[1])
    return network
  }

  /** A stream of the visitor and its other end. */
  async stream(): Promise<{ here: Duplex; there: Duplex }> {
    const count = this.accepted.length
    const here = this.visitor.openStream()
    await this.until(() => this.accepted.length > count, 10_000)
    const there = this.accepted[count]
    if (!there) throw new Error('no stream')
    return { here, there }
  }

  /** Lets time pass, and whatever reads and writes streams have its turns, until `isDone`. Returns how long that took. */
  async until(isDone: () => boolean, withinMs: number): Promise<number> {
    const startMs = this.clock.now()
    while (!isDone()) {
      const [error] = this.ended
      if (this.ended.length > 0 && !this.mayEnd)
        throw new Error(`a link has ended, CARRY_SEED=${this.#seed}`, { cause: error })
      if (this.clock.now() - startMs > withinMs)
        throw new Error(`not within ${withinMs} ms, CARRY_SEED=${this.#seed}`)
      await this.pass(1)
    }
    return this.clock.now() - startMs
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left--) {
      this.clock.advance(1)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  end(): void {
    this.visitor.close()
    this.agent.close()
  }
}

/** From 0 to 1, the same again with the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function someBytes(length: number, random: () => number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at++) bytes[at] = random() * 256
  return bytes
}

export const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** What comes out of a stream: how much, and the sum of it all once it has ended. */
export interface Collected {
  bytes: number
  sum: string | undefined
}

export function collect(stream: Duplex): Collected {
  const hash = createHash('sha256')
  const collected: Collected = { bytes: 0, sum: undefined }
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    collected.bytes += chunk.length
  })
  stream.on('end', () => {
    collected.sum = hash.digest('hex')
  })
  return collected
}
