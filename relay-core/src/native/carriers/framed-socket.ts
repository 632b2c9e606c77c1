import type { Duplex } from 'node:stream'
import { every } from '../../async/time/every.ts'
import { FairReading } from '../../net/stream/fair-reading.ts'
import type { FrameLink } from './frame-link.ts'
import { RecordSize } from './record-size.ts'
import { encodeHeader, frameType, FrameDecoder, maxDataLength, type FrameReceiver } from '../../wire/frame.ts'

/**
 * How much a peer that does not read can make wait here, besides the bytes of a stream, which stop by themselves: the answers to
 * its messages, a few bytes each.
 */
export const maxUnsentMessageBytes = 64 * 1024

/**
 * Up to this size header and payload are copied together and sent as one TLS record; beyond it the copy would cost more than
 * a small record of its own (docs/adr/0008-native-data-path.md).
 */
const joinedLength = 16 * 1024

/** How long the peer may take to end its direction once everything of ours has gone. */
const finishTimeoutMs = 5_000

/** How many such periods may pass without any progress: a slow line takes half a minute for one chunk at 2 kB/s. */
const maxStalledPeriods = 6

/** Until there is a receiver. */
export const nobody: FrameReceiver = {
  onMessage: () => undefined,
  onData: () => undefined,
}

/**
 * A connection (TLS, except in tests) that carries frames. Its holder sets `receiver`; a handshake hands it on to a control link or a
 * carrier by setting another one. An invalid frame, or a receiver that throws, ends the connection.
 */
export class FramedSocket implements FrameLink {
  readonly isSpent = false
  readonly owes = false
  receiver: FrameReceiver = nobody
  /** Fulfils once, with what went wrong or undefined after an orderly end. */
  readonly closed: Promise<Error | undefined>
  readonly #socket: Duplex
  readonly #reading: FairReading
  readonly #decoder = new FrameDecoder()
  readonly #records: RecordSize
  #failure: Error | undefined
  #hasPeerEnded = false
  #onDrain: (() => void) | undefined

  constructor(socket: Duplex) {
    this.#socket = socket
    this.#records = new RecordSize(socket)
    this.#reading = new FairReading(socket)
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve(this.#failure))
    })
    socket.on('error', (error) => {
      this.#failure ??= error
    })
    // The peer's end of TLS is the end of the link: streams end by frames.
    socket.on('end', () => {
      this.#hasPeerEnded = true
      this.destroy()
    })
    socket.on('drain', () => {
      const onDrain = this.#onDrain
      this.#onDrain = undefined
      onDrain?.()
    })
  }

  /** Starts to read, with the bytes that were read from the socket already, if any. */
  start(first?: Uint8Array): void {
    if (first) this.#take(first)
    this.#socket.on('data', (chunk: Uint8Array) => {
      this.#take(chunk)
      this.#reading.took(chunk.length)
    })
    this.#reading.release()
  }

  /** The stream's reader pauses: TCP stops the sender. */
  pause(): void {
    this.#reading.hold()
  }

  resume(): void {
    this.#reading.release()
  }

  /** What has been written and not yet been handed to the system, in bytes. */
  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /** Whether the peer, or its system for it, has ended its direction by FIN: no router between the two does that, while any of them may send a reset. */
  get hasPeerEnded(): boolean {
    return this.#hasPeerEnded
  }

  /** Sends a whole frame. */
  send(frame: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(frame)
  }

  /** Sends the answer to a message; a peer that keeps asking but does not read the answers loses the link. */
  answer(frame: Uint8Array): void {
    if (this.unsentBytes > maxUnsentMessageBytes)
      this.destroy(new Error('the peer does not read its answers'))
    else this.send(frame)
  }

  /** Sends bytes of a stream as DATA; calls back when there is room for more. One call at a time. */
  sendData(chunk: Uint8Array, done: () => void): void {
    const socket = this.#socket
    if (socket.destroyed) return
    this.#records.sends(chunk.length)
    let roomLeft = true
    for (let at = 0; at < chunk.length; at += maxDataLength) {
      const part = chunk.subarray(at, at + maxDataLength)
      const header = encodeHeader(frameType.data, part.length)
      if (part.length <= joinedLength) {
        roomLeft = socket.write(Buffer.concat([header, part]))
      } else {
        socket.write(header)
        roomLeft = socket.write(part)
      }
    }
    if (roomLeft) done()
    else this.#onDrain = done
  }

  sendPacked(frame: Uint8Array, done: () => void): void {
    if (this.#socket.destroyed) return
    this.#records.sends(frame.length)
    if (this.#socket.write(frame)) done()
    else this.#onDrain = done
  }

  /** Ends the connection after what has been written. */
  end(): void {
    // Nothing more is wanted from the peer; otherwise its end would be waited for.
    this.#socket.end(() => this.#socket.destroy())
  }

  /** Ends our direction, and the connection once the peer has ended its direction: data in transit arrives, over a slow line too. */
  finish(): void {
    this.#socket.end()
    let unsent = this.unsentBytes
    let stalledPeriods = 0
    const looking = every(finishTimeoutMs, () => {
      stalledPeriods = this.unsentBytes < unsent ? 0 : stalledPeriods + 1
      unsent = this.unsentBytes
      if (unsent === 0 || stalledPeriods >= maxStalledPeriods) this.destroy()
    })
    void this.closed.then(() => looking[Symbol.dispose]())
  }

  /** Ends the connection now. Idempotent. */
  destroy(error?: Error): void {
    this.#failure ??= error
    this.#socket.destroy()
  }

  #take(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return
    try {
      this.#decoder.push(chunk, this.#current)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Within one chunk a handshake may end and another receiver begin, and nothing may be delivered after the end. */
  readonly #current: FrameReceiver = {
    takesPacked: () => this.receiver.takesPacked?.() === true,
    onMessage: (type, body) => {
      if (!this.#socket.destroyed) this.receiver.onMessage(type, body)
    },
    onData: (part) => {
      if (!this.#socket.destroyed) this.receiver.onData(part)
    },
  }
}
