import { WireError } from '../../wire/bytes.ts'
import { frameType, type FrameReceiver } from '../../wire/frame.ts'
import { decodeBye, encodeBye } from '../../wire/link-messages.ts'
import { decodeAck, encodeAck } from '../../wire/survival-messages.ts'
import type { FrameLink } from '../carriers/frame-link.ts'
import { maxUnsentMessageBytes, nobody, type FramedSocket } from '../carriers/framed-socket.ts'
import { maxKeptBytes } from './kept-room.ts'
import { KeptSending } from './kept-sending.ts'
import { LinkPatience } from './link-patience.ts'
import type { LinkPlace } from './link-place.ts'
import { ReceivedFrames } from './received-frames.ts'

/** How long a word of farewell may take behind what has not been sent yet, and the peer to hear it. */
const farewellMs = 2_000

/**
 * The frames of one carrier over several connections, one after the other: what was sent is kept until the peer has acknowledged
 * it, and sent again on the next connection. While there is none, the sender waits, and after a minute the link ends.
 */
export class SurvivingLink implements FrameLink {
  readonly number: number
  readonly closed: Promise<Error | undefined>
  readonly received: ReceivedFrames
  readonly #sending: KeptSending
  readonly #place: LinkPlace<SurvivingLink>
  readonly #isNeeded: () => boolean
  readonly #patience: LinkPatience
  /** The connection that ends in order. */
  #finishing: FramedSocket | undefined
  #isEnding = false
  #isClosed = false
  #isSpent = false
  #settleClosed: (error: Error | undefined) => void = () => undefined

  /** Takes `connection` over. `isNeeded`: a stream would be lost with the link. */
  constructor(
    connection: FramedSocket,
    { number, place, isNeeded }: { number: number; place: LinkPlace<SurvivingLink>; isNeeded: () => boolean },
  ) {
    this.number = number
    this.#place = place
    this.#isNeeded = isNeeded
    this.received = new ReceivedFrames({
      isOwn: (type, body) => place.acknowledgesInside && this.#onOwnMessage(type, body),
      onReceived: () => place.onReceived(this),
    })
    this.#patience = new LinkPatience(place, () => this.received.heard)
    this.#sending = new KeptSending(connection, place, () => {
      if (this.#isEnding) this.#endIfDone()
    })
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.#listenTo(connection)
  }

  get receiver(): FrameReceiver {
    return this.received.receiver
  }

  set receiver(receiver: FrameReceiver) {
    this.received.receiver = receiver
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** It has no connection now. */
  get isCut(): boolean {
    return this.#sending.connection === undefined
  }

  /** Its stream's reader has paused. */
  get isHeld(): boolean {
    return this.#sending.isHeld
  }

  /** The peer has to acknowledge something, and this end would read that: from a peer that is there something comes. */
  get awaitsAnswer(): boolean {
    return this.owes && !this.isHeld && !this.isCut
  }

  get isSpent(): boolean {
    return this.#isSpent || this.#sending.connection?.isClosed === true
  }

  get owes(): boolean {
    return this.#sending.owes
  }

  get unsentBytes(): number {
    return this.#sending.unsentBytes
  }

  /** Whether another connection would save anything, and can. */
  get wantsConnection(): boolean {
    return !this.#isClosed && this.#sending.isKept && this.#isNeeded()
  }

  /** Whether everything that the peer has not received, as it says, is still here. */
  canResumeFrom(position: number): boolean {
    return !this.#isClosed && this.#sending.reaches(position)
  }

  /** Ends the connection: nothing more arrives until there is another one. */
  interrupt(): void {
    const connection = this.#sending.cut()
    connection?.destroy()
    if (this.#isClosed) return
    if (connection) this.#patience.stop()
    this.#isSpent = true
    this.#patience.awaitConnection(() => this.destroy(new Error('no connection came back')))
    this.#sending.settle()
  }

  /** Goes on over `connection`, after what the peer has received; throws a WireError if that cannot be. */
  goOn(connection: FramedSocket, from: number): void {
    if (!this.canResumeFrom(from)) {
      this.destroy()
      throw new WireError('a carrier cannot go on from where its peer is')
    }
    this.#patience.stop()
    this.#listenTo(connection)
    this.#sending.goOn(connection, from)
    if (this.#isEnding) this.#awaitAcknowledgement()
    this.#endIfDone()
  }

  /** The peer has everything up to `position`; throws a WireError if that was never sent. */
  onAcknowledged(position: number): void {
    this.#sending.release(position)
    this.#endIfDone()
  }

  /**
   * Ends it and tells the peer, which does not wait for it then. For links that are acknowledged on their own connections; of others the
   * session says it. Fulfils when the peer has heard it, or after two seconds.
   */
  async sayFarewell(reason: string): Promise<void> {
    const connection = this.#sending.cut()
    this.#close(undefined)
    if (!connection) return
    connection.receiver = nobody
    connection.send(encodeBye({ reason }))
    // What still comes is read: with bytes unread the system would send a reset, which can overtake the farewell.
    connection.resume()
    connection.finish()
    const timer = setTimeout(() => connection.destroy(), farewellMs)
    await connection.closed
    clearTimeout(timer)
  }

  /** The peer has given it up. */
  onDropped(): void {
    this.#close(undefined)
  }

  /** On its own connection. False: that takes nothing now. */
  acknowledgeInside(): boolean {
    const { connection } = this.#sending
    if (!connection || connection.unsentBytes > maxKeptBytes) return false
    connection.send(encodeAck([{ carrier: 0, position: this.received.position }]))
    return true
  }

  pause(): void {
    this.#sending.hold()
  }

  resume(): void {
    this.#sending.letGo()
  }

  send(frame: Uint8Array): void {
    if (!this.#isClosed) this.#sending.send(frame)
  }

  answer(frame: Uint8Array): void {
    if (this.unsentBytes > maxUnsentMessageBytes)
      this.destroy(new Error('the peer does not read its answers'))
    else this.send(frame)
  }

  sendData(chunk: Uint8Array, done: () => void): void {
    if (!this.#isClosed) this.#sending.sendData(chunk, done)
  }

  sendPacked(frame: Uint8Array, done: () => void): void {
    if (!this.#isClosed) this.#sending.sendPacked(frame, done)
  }

  end(): void {
    if (this.#isClosed || this.#isEnding) return
    this.#isEnding = true
    this.#awaitAcknowledgement()
    this.#endIfDone()
  }

  destroy(error?: Error): void {
    if (this.#isClosed) return
    const isNeeded = this.#isNeeded()
    this.#close(error)
    if (isNeeded) this.#place.onGivenUp(this)
  }

  #listenTo(connection: FramedSocket): void {
    connection.receiver = this.received
    void connection.closed.then((error) => {
      if (this.#sending.connection === connection) this.#onLost(error)
    })
  }

  /** What counts for no position. False: it is the stream's. */
  #onOwnMessage(type: number, body: Uint8Array): boolean {
    if (type === frameType.ack) {
      for (const { position } of decodeAck(body)) this.onAcknowledged(position)
    } else if (type === frameType.bye) {
      decodeBye(body)
      this.onDropped()
    } else return false
    return true
  }

  #onLost(error: Error | undefined): void {
    // A peer that breaks the rules would break them again.
    const canGoOn = !(error instanceof WireError) && this.wantsConnection
    if (!canGoOn) {
      this.destroy(error)
      return
    }
    this.interrupt()
    this.#place.onCut(this)
  }

  #awaitAcknowledgement(): void {
    this.#patience.awaitAcknowledgement({
      isConnected: () => !this.isCut,
      giveUp: () => this.destroy(),
    })
  }

  /** Ends once the peer has everything: when asked to, or because it was cut and serves no other stream. */
  #endIfDone(): void {
    if (this.owes || this.#isClosed) return
    if (!this.#isEnding && !(this.#isSpent && !this.#isNeeded())) return
    this.#isEnding = true
    // Otherwise the peer would take the end for a cut.
    this.#place.onEnding(this)
    const { connection } = this.#sending
    if (!connection) this.#close(undefined)
    else if (!this.#place.acknowledgesInside) connection.end()
    else if (this.#finishing !== connection) {
      this.#finishing = connection
      // The last acknowledgement is under way on it.
      connection.finish()
    }
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#patience.stop()
    this.#sending.close(error)
    this.#settleClosed(error)
  }
}
