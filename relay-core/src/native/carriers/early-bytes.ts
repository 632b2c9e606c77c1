import { WireError } from '../../wire/bytes.ts'
import type { FrameLink } from './frame-link.ts'

/** How many bytes of a stream may follow OPEN before its answer (spec/wire.md §5). */
export const maxEarlyBytes = 64 * 1024

/** What of a stream goes between its OPEN and the answer, at the end that asks and at the one that is asked. */
export class EarlyBytes {
  #phase: 'asking' | 'asked' | 'answered'
  #count = 0
  /** Asking: what goes beyond the limit waits for the answer. */
  #held: { readonly rest: Uint8Array; readonly done: () => void } | undefined
  #isRefused = false

  constructor(phase: 'asking' | 'asked' | 'answered' = 'answered') {
    this.#phase = phase
  }

  get isAsking(): boolean {
    return this.#phase === 'asking'
  }

  get isAsked(): boolean {
    return this.#phase === 'asked'
  }

  get isAnswered(): boolean {
    return this.#phase === 'answered'
  }

  /** The stream was refused here: its early bytes still arrive, until the next OPEN. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** Some has been sent or has arrived. */
  get hasAny(): boolean {
    return this.#count > 0
  }

  /** Asking: sends as much of `chunk` as may go ahead of the answer. */
  send(chunk: Uint8Array, framed: FrameLink, done: () => void): void {
    const early = chunk.subarray(0, maxEarlyBytes - this.#count)
    const isAll = early.length === chunk.length
    this.#count += early.length
    if (!isAll) this.#held = { rest: chunk.subarray(early.length), done }
    if (early.length > 0) framed.sendData(early, isAll ? done : () => undefined)
    else if (isAll) done()
  }

  /** Bytes have arrived. False: nobody is there for them. Throws a WireError if they are too many. */
  arrived(length: number): boolean {
    if (this.#phase !== 'asked' && !this.#isRefused) return true
    this.#count += length
    if (this.#count > maxEarlyBytes) throw new WireError('too much early data')
    return !this.#isRefused
  }

  /** The stream goes on, and so does what was held. */
  opened(framed: FrameLink): void {
    this.#phase = 'answered'
    const held = this.#held
    this.#held = undefined
    if (held) framed.sendData(held.rest, held.done)
  }

  refused(): void {
    this.#isRefused = this.#phase === 'asked'
    this.#phase = 'answered'
    this.#held = undefined
  }
}
