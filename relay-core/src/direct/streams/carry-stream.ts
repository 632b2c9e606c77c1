import { Duplex } from 'node:stream'
import type { FrameWriter } from '../packets/frame-writer.ts'
import { Incoming, type SharedWindow } from './incoming.ts'
import { Outgoing, type SharedRoom } from './outgoing.ts'
import type { SentFrame } from './sent-packets.ts'

/** What one stream may have on its way, and as much may wait to be put in order: 84 MB/s at a round trip of 50 ms. */
export const streamWindowBytes = 4 * 1024 * 1024

/** How much a stream takes from its writer beyond what is on the way. */
const maxQueuedBytes = 64 * 1024

/** As much is handed to the reader at a time. */
const readBytes = 64 * 1024

/** What a stream needs from its link. */
export interface StreamLink extends SharedWindow, SharedRoom {
  /** The stream has something to send. */
  activate(stream: CarryStream): void
  /** The peer should hear the stream's new limit. */
  tellLimit(stream: CarryStream): void
  /** Both directions have ended and are accounted for. */
  forget(stream: CarryStream): void
}

/** One stream of bytes on a link: a Duplex with half-close. Destroying it before both directions have ended resets it at the peer. */
export class CarryStream extends Duplex {
  readonly id: number
  /** Fulfils once something has come. */
  readonly heard: Promise<void>
  readonly outgoing: Outgoing
  readonly incoming: Incoming
  readonly #link: StreamLink
  #writeDone: (() => void) | undefined
  #finalDone: (() => void) | undefined
  readonly #heard = Promise.withResolvers<void>()
  #wasReset = false
  #isReaderReady = false
  #isEndTold = false
  #isForgotten = false

  constructor(id: number, link: StreamLink) {
    super({
      allowHalfOpen: true,
      decodeStrings: true,
      // A reader that does not take what was handed to it gets no more: the rest stays in the windows, small pieces together.
      readableHighWaterMark: 1,
      writableHighWaterMark: 64 * 1024,
    })
    // A reset can arrive before the owner has the stream; an error is always followed by `close`.
    this.on('error', () => undefined)
    this.id = id
    this.heard = this.#heard.promise
    this.#link = link
    this.incoming = new Incoming(link, streamWindowBytes)
    this.outgoing = new Outgoing(id, streamWindowBytes, link, {
      onMore: () => link.activate(this),
      onTaken: () => this.#releaseWriter(),
      onSettled: () => {
        this.#finish()
        this.#forgetIfOver()
      },
    })
  }

  get hasMore(): boolean {
    return this.outgoing.hasMore
  }

  /** The peer has ended it before its end. */
  get wasReset(): boolean {
    return this.#wasReset
  }

  fill(writer: FrameWriter): SentFrame | undefined {
    return this.outgoing.fill(writer)
  }

  /** Hands what has come to the reader, as long as it takes it. */
  deliver(): void {
    if (this.incoming.hasReady) this.#heard.resolve()
    while (this.#isReaderReady && !this.destroyed) {
      const bytes = this.incoming.take(readBytes)
      if (!bytes) break
      this.#isReaderReady = this.push(bytes)
    }
    if (this.incoming.isLimitDue) this.#link.tellLimit(this)
    if (this.incoming.isComplete && !this.destroyed && !this.#isEndTold) {
      this.#isEndTold = true
      this.push(null)
    }
    this.#forgetIfOver()
  }

  /** The peer has reset it, having sent `size` bytes. Throws WireError if that cannot be. */
  onReset(size: number): void {
    this.incoming.end(size)
    this.#wasReset = true
    this.incoming.discard()
    this.cut()
    this.#forgetIfOver()
  }

  /** Ends it as a reset of the peer does. */
  cut(): void {
    this.destroy(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }))
  }

  override _read(): void {
    this.#isReaderReady = true
    if (this.incoming.hasReady || this.incoming.isComplete) this.deliver()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.outgoing.write(chunk)
    this.#hold(done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.outgoing.write(chunk)
    this.#hold(done)
  }

  override _final(done: () => void): void {
    this.#finalDone = done
    this.outgoing.end()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.outgoing.reset()
    this.incoming.discard()
    this.#finish()
    done(error)
    this.#forgetIfOver()
  }

  #hold(done: () => void): void {
    this.#writeDone = done
    this.#releaseWriter()
  }

  #releaseWriter(): void {
    if (this.outgoing.queuedBytes >= maxQueuedBytes) return
    const done = this.#writeDone
    this.#writeDone = undefined
    done?.()
  }

  /** Nothing more is written. */
  #finish(): void {
    const dones = [this.#writeDone, this.#finalDone]
    this.#writeDone = undefined
    this.#finalDone = undefined
    for (const done of dones) done?.()
  }

  #forgetIfOver(): void {
    if (this.#isForgotten || !this.outgoing.isSettled || !this.incoming.isComplete) return
    this.#isForgotten = true
    this.#link.forget(this)
  }
}
