import type { Duplex } from 'node:stream'
import { untilSettled } from '../../async/wait/until-settled.ts'
import { RelayError } from '../../api/errors.ts'
import { defaultMuxLimits, type MuxLimits } from './mux-limits.ts'
import { MuxLiveness } from './mux-liveness.ts'
import { encodeBare, encodePing, MuxFrameDecoder, muxFlag } from './mux-frames.ts'
import { MuxStream, type MuxStreamLink } from './mux-stream.ts'

export interface MuxSessionOptions {
  carrier: Duplex
  /** Accepts the streams that the peer opens; without it we are the opener, and the peer may open none. */
  onStream?: (stream: MuxStream) => void
  limits?: Partial<MuxLimits>
  /**
   * Called with true when the peer has not been heard from for `silenceTimeoutMs`, with false when it is heard again. Without it such
   * a silence ends the link.
   */
  onSilence?: (isSilent: boolean) => void
}

/** The opener counts from 1 and starts over before the sign bit. */
const lastStreamId = 2 ** 31 - 1 - 10_000

interface PendingMuxStream {
  /** Undefined once the caller has given up: the answer is then followed by CLOSE. */
  settle: ((outcome: MuxStream | Error) => void) | undefined
}

/** One stock mux over one connection. Only one side opens: stream ids have no side bit. */
export class MuxSession {
  /** Settles, never rejects, when the link has ended, with why. */
  readonly closed: Promise<{ reason: string }>
  readonly #limits: MuxLimits
  readonly #carrier: Duplex
  readonly #onStream: ((stream: MuxStream) => void) | undefined
  readonly #streams = new Map<number, MuxStream>()
  readonly #opening = new Map<number, PendingMuxStream>()
  readonly #senders = new Set<MuxStream>()
  readonly #received = new Set<MuxStream>()
  #nextId = 1
  #ended: string | undefined
  #resolveClosed: (end: { reason: string }) => void = () => undefined
  readonly #liveness: MuxLiveness

  readonly #decoder = new MuxFrameDecoder({
    ping: (payload) => this.#send(encodePing(muxFlag.pong, payload)),
    pong: (payload) => this.#liveness.pong(payload),
    open: (id) => this.#onOpen(id),
    opened: (id) => this.#onOpened(id),
    openFailed: (id) => this.#onOpenFailed(id),
    data: (id, payload, last) => {
      const stream = this.#streams.get(id)
      if (!stream) return
      stream.receive(payload, last)
      this.#received.add(stream)
    },
    window: (id, consumed, max) => this.#streams.get(id)?.peerReported(consumed, max),
    close: (id) => {
      this.#opening.get(id)?.settle?.(linkEnded('the agent refused the stream'))
      this.#opening.delete(id)
      this.#streams.get(id)?.peerClose()
    },
  })

  readonly #link: MuxStreamLink = {
    send: (frames) => this.#send(frames),
    wantsToSend: (stream) => {
      this.#senders.add(stream)
      this.#sendWaiting()
    },
    forget: (stream) => {
      this.#streams.delete(stream.id)
      this.#senders.delete(stream)
    },
  }

  constructor({ carrier, onStream, limits, onSilence }: MuxSessionOptions) {
    this.#carrier = carrier
    this.#onStream = onStream
    this.#limits = { ...defaultMuxLimits, ...limits }
    this.#liveness = new MuxLiveness({
      ...this.#limits,
      sendPing: (payload) => this.#send(encodePing(muxFlag.ping, payload)),
      onDead: (reason) => this.close(reason),
      onSilence:
        onSilence ?? (() => this.close(`nothing heard for ${this.#limits.silenceTimeoutMs / 1000} s`)),
    })
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
  }

  /** The last measured round trip, null before the first. */
  get roundTripMs(): number | null {
    return this.#liveness.roundTripMs
  }

  get streamCount(): number {
    return this.#streams.size
  }

  /** Begins to read and to ping. */
  start(): void {
    this.#carrier.on('data', (chunk: Buffer) => this.#onData(chunk))
    this.#carrier.on('drain', () => this.#sendWaiting())
    this.#carrier.on('end', () => this.close('the peer closed the connection'))
    this.#carrier.on('error', (error) => this.close(error.message))
    this.#carrier.on('close', () => this.close('the connection was lost'))
    // The reader of the handshake has left the connection paused.
    this.#carrier.resume()
    this.#liveness.start()
  }

  /**
   * Opens a stream; fulfils when the peer knows it. Rejects with `agent-offline` when the link ends,
   * `limit-reached` at `maxStreams`, or the signal's reason.
   */
  async open({ signal }: { signal: AbortSignal }): Promise<MuxStream> {
    signal.throwIfAborted()
    if (this.#ended !== undefined) throw linkEnded(this.#ended)
    if (this.#streams.size + this.#opening.size >= this.#limits.maxStreams) {
      throw new RelayError('limit-reached', `The link carries ${this.#limits.maxStreams} streams already.`, {
        limit: this.#limits.maxStreams,
      })
    }
    const id = this.#allocateId()
    const opening: PendingMuxStream = { settle: undefined }
    this.#opening.set(id, opening)
    return untilSettled<MuxStream>(
      (resolve, reject) => {
        opening.settle = (outcome) => {
          if (outcome instanceof Error) reject(outcome)
          else resolve(outcome)
        }
        this.#send(encodeBare(muxFlag.open, id))
        return () => (opening.settle = undefined)
      },
      { signal },
    )
  }

  /** Ends the link and every stream on it. Idempotent. */
  close(reason: string): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    this.#liveness.stop()
    for (const { settle } of this.#opening.values()) settle?.(linkEnded(reason))
    this.#opening.clear()
    for (const stream of this.#streams.values()) stream.destroy(linkEnded(reason))
    this.#streams.clear()
    this.#senders.clear()
    // Errors on a connection that is given up concern nobody.
    this.#carrier.on('error', () => undefined)
    this.#carrier.destroy()
    this.#resolveClosed({ reason })
  }

  #send(frames: Buffer): void {
    if (this.#ended !== undefined) return
    this.#carrier.write(frames)
    if (this.#carrier.writableLength > this.#limits.maxUnsentBytes) this.close('the peer does not read')
  }

  /** Each stream that has something to send gets its turn, until the carrier is full. */
  #sendWaiting(): void {
    for (const stream of this.#senders) {
      if (this.#ended !== undefined || this.#carrier.writableNeedDrain) return
      this.#senders.delete(stream)
      if (stream.pump()) this.#senders.add(stream)
    }
  }

  #onData(chunk: Buffer): void {
    // A destroyed connection still delivers what it had read.
    if (this.#ended !== undefined) return
    this.#liveness.heard()
    // One write for all the reports and answers that a chunk brings about: stock peers report every frame.
    this.#carrier.cork()
    try {
      this.#decoder.decode(chunk)
      for (const stream of this.#received) stream.deliver()
    } catch (cause) {
      this.close(
        cause instanceof RangeError ? `the peer broke the protocol: ${cause.message}` : String(cause),
      )
    } finally {
      this.#received.clear()
      this.#carrier.uncork()
    }
  }

  #onOpen(id: number): void {
    // The link may have ended within this chunk: a stream that began now would never end.
    if (this.#ended !== undefined) return
    if (!this.#onStream) throw new RangeError('it opened a stream, which only the relay may do')
    if (id < 1 || this.#streams.has(id)) throw new RangeError(`it opened stream ${id}, which is in use`)
    // Always OPENED, never OPEN_FAILED, which hangs a stock peer. A refusal is CLOSE.
    this.#send(encodeBare(muxFlag.opened, id))
    if (this.#streams.size >= this.#limits.maxStreams) {
      this.#send(encodeBare(muxFlag.close, id))
      return
    }
    const stream = this.#newStream(id)
    stream.announceWindow()
    this.#onStream(stream)
  }

  #onOpened(id: number): void {
    const opening = this.#opening.get(id)
    if (!opening) return
    this.#opening.delete(id)
    if (!opening.settle) {
      this.#send(encodeBare(muxFlag.close, id))
      return
    }
    const stream = this.#newStream(id)
    stream.announceWindow()
    opening.settle(stream)
  }

  #onOpenFailed(id: number): void {
    this.#opening.get(id)?.settle?.(linkEnded('the agent refused the stream'))
    this.#opening.delete(id)
  }

  #newStream(id: number): MuxStream {
    const stream = new MuxStream(this.#link, id, this.#limits)
    // A peer can break the stream in the same chunk as its answer, before the caller has the stream. An error
    // is always followed by `close`, where its owner handles it.
    stream.on('error', () => undefined)
    this.#streams.set(id, stream)
    return stream
  }

  #allocateId(): number {
    while (this.#streams.has(this.#nextId) || this.#opening.has(this.#nextId)) this.#advanceId()
    const id = this.#nextId
    this.#advanceId()
    return id
  }

  #advanceId(): void {
    this.#nextId = this.#nextId >= lastStreamId ? 1 : this.#nextId + 1
  }
}

function linkEnded(reason: string): RelayError {
  return new RelayError('agent-offline', `The agent's link has ended: ${reason}.`, { reason })
}
