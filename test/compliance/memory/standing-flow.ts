import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** What waits behind the reader. */
export const offeredBytes = 1024 ** 3
const pollMs = 50
/** A flow whose bytes under way have not become more for this long stands still. */
const stillMs = 1_000
const giveUpMs = 60_000
/** Pings and the like are no flow. */
const noiseBytes = 64 * 1024

/** Compresses no better than what people send that is packed already. */
const packed = randomBytes(256 * 1024)

/** Shrinks to a third, as text and programs do. */
const text = Buffer.from(packed.toString('hex', 0, packed.length / 2))
for (let at = 0; at + 64 <= text.length; at += 64) text.fill('the same ', at, at + 32)

/** Offers 1 GiB to a stream as fast as it takes it. */
export class Sender {
  readonly #stream: Duplex
  readonly #block: Buffer
  #written = 0

  constructor(stream: Duplex, { shrinks = false } = {}) {
    this.#stream = stream
    this.#block = shrinks ? text : packed
  }

  get acceptedBytes(): number {
    return this.#written - this.#stream.writableLength
  }

  /** Until all of it is written or the stream has gone; never rejects. */
  async send(): Promise<void> {
    const gone = new AbortController()
    this.#stream.once('close', () => gone.abort())
    while (this.#written < offeredBytes && !this.#stream.destroyed) {
      this.#written += this.#block.length
      if (this.#stream.write(this.#block)) continue
      await once(this.#stream, 'drain', { signal: gone.signal }).catch(() => undefined)
    }
  }
}

/** Reads what comes only when told to. Keeps nothing. */
export class Receiver {
  readonly #stream: Duplex
  #arrived = 0
  #wanted = 0
  #onEnough: (() => void) | undefined

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => {
      this.#arrived += chunk.length
      if (this.#arrived < this.#wanted) return
      stream.pause()
      this.#onEnough?.()
    })
    stream.pause()
  }

  get arrivedBytes(): number {
    return this.#arrived
  }

  /** Reads this many bytes more, then rests again. Rejects when they do not come. */
  async read(bytes: number, timeoutMs = 30_000): Promise<void> {
    this.#wanted = this.#arrived + bytes
    const enough = new Promise<void>((resolve) => (this.#onEnough = resolve))
    this.#stream.resume()
    const late = new AbortController()
    const timeout = delay(timeoutMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`${this.#arrived} of ${this.#wanted} bytes arrived within ${timeoutMs} ms`)
    })
    await Promise.race([enough, timeout]).finally(() => late.abort())
  }

  /** Reads whatever comes. */
  readOn(): void {
    this.#wanted = Infinity
    this.#stream.resume()
  }
}

/**
 * Fulfils, with the most bytes that were under way, once these do not become more: the flow stands still, or passes on as
 * much as it takes. It fulfils too when all of the 1 GiB was taken: the test will say so.
 */
export async function standsStill(underWay: () => number): Promise<number> {
  let most = 0
  let since = performance.now()
  const giveUpAt = since + giveUpMs
  for (;;) {
    const bytes = underWay()
    const now = performance.now()
    if (bytes > most + noiseBytes || (most === 0 && bytes > 0)) {
      most = bytes
      since = now
    }
    if (most > 0 && now - since > stillMs) return most
    if (bytes >= offeredBytes) return bytes
    if (now > giveUpAt) throw new Error(`after ${giveUpMs} ms ${bytes} bytes are under way and become more`)
    await delay(pollMs)
  }
}
