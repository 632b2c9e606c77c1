import { WireError } from '../../wire/bytes.ts'
import { Reassembly } from './reassembly.ts'
import { ReceiveWindow } from './receive-window.ts'

/** What all streams of a link share. */
export interface SharedWindow {
  arrive(bytes: number): void
  passOn(bytes: number): void
  /** This many more pieces, or fewer, wait for one that is missing. Throws WireError if there are too many. */
  wait(pieces: number): void
}

/** The bytes of one stream that come from the peer: in order, within their windows, up to their end. */
export class Incoming {
  readonly #shared: SharedWindow
  readonly #window: ReceiveWindow
  readonly #reassembly = new Reassembly()
  /** The end of the farthest byte that has come. */
  #highest = 0
  #passedOn = 0
  #size: number | undefined
  #isDiscarded = false

  constructor(shared: SharedWindow, windowBytes: number) {
    this.#shared = shared
    this.#window = new ReceiveWindow(windowBytes)
  }

  /** The peer's direction has ended, in order or not, and all of it is accounted for. */
  get isComplete(): boolean {
    return this.#size !== undefined && this.#passedOn === this.#size
  }

  get hasReady(): boolean {
    return this.#reassembly.readyBytes > 0
  }

  /** Throws WireError for what the peer may not send. */
  add(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length
    if (end > (this.#size ?? Number.POSITIVE_INFINITY))
      throw new WireError('bytes beyond the end of their stream')
    this.#reach(end)
    if (this.#isDiscarded) return
    const before = this.#reassembly.waitingCount
    this.#reassembly.add(offset, bytes)
    this.#shared.wait(this.#reassembly.waitingCount - before)
  }

  /** The peer's direction has this many bytes in all. Throws WireError if it said otherwise. */
  end(size: number): void {
    if (size < this.#highest || (this.#size ?? size) !== size) {
      throw new WireError('a stream that ends in two places')
    }
    this.#size = size
    this.#reach(size)
  }

  /** The next bytes in order, about `limit` at most. They count as read. */
  take(limit: number): Buffer | undefined {
    const bytes = this.#reassembly.take(limit)
    if (bytes) this.#passOn(bytes.length)
    return bytes
  }

  /** Nobody reads the rest, which the peer may go on sending until it knows. */
  discard(): void {
    if (this.#isDiscarded) return
    this.#isDiscarded = true
    this.#shared.wait(-this.#reassembly.waitingCount)
    this.#reassembly.clear()
    this.#passOn(this.#highest - this.#passedOn)
  }

  /** Whether the peer waits to be told a new limit. */
  get isLimitDue(): boolean {
    return this.#size === undefined && this.#window.passOn(0)
  }

  tellLimit(): number {
    return this.#window.tell()
  }

  #reach(end: number): void {
    const bytes = end - this.#highest
    if (bytes <= 0) return
    this.#highest = end
    this.#window.arrive(bytes)
    this.#shared.arrive(bytes)
    if (this.#isDiscarded) this.#passOn(bytes)
  }

  #passOn(bytes: number): void {
    this.#passedOn += bytes
    this.#window.passOn(bytes)
    this.#shared.passOn(bytes)
  }
}
