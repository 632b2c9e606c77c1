import { WireError } from '../../wire/bytes.ts'
import { frameType, type FrameReceiver } from '../../wire/frame.ts'
import { decodeBye, encodeBye } from '../../wire/link-messages.ts'
import { decodeAck, encodeAck } from '../../wire/survival-messages.ts'
import type { FrameLink } from '../carriers/frame-link.ts'
import { maxUnsentMessageBytes, nobody, type FramedSocket } from '../carriers/framed-socket.ts'
import { KeptFrames } from './kept-frames.ts'
import { maxKeptBytes } from './kept-room.ts'
import { LinkPatience } from './link-patience.ts'
import type { LinkPlace } from './link-place.ts'

/** How long a link that reads nothing, and so no acknowledgement either, may be full before it forgets what it has kept. */
const deafMs = 1_000

/** How long a word of farewell may take behind what has not been sent yet, and the peer to hear it. */
const farewellMs = 2_000

/**
 * The frames of one carrier over several connections, one after the other: what was sent is kept until the peer has acknowledged
 * it, and sent again on the next connection. While there is none, the sender waits, and after a minute the link ends.
 */
export class SurvivingLink implements FrameLink {
  receiver: FrameReceiver = nobody
  readonly number: number
  readonly closed: Promise<Error | undefined>
  /** How far was acknowledged what has arrived. */
  acknowledged = 0
  /** What has arrived since then, in bytes of whatever frames: a packed block is one step of the position. */
  unacknowledgedBytes = 0
  readonly #place: LinkPlace
  readonly #isNeeded: () => boolean
  readonly #patience: LinkPatience
  #connection: FramedSocket | undefined
  /** The connection that ends in order. */
  #finishing: FramedSocket | undefined
  /** Undefined: too much would have to be kept, so that the link ends with its connection. */
  #kept: KeptFrames | undefined
  #position = 0
  #isHeld = false
  #isFull = false
  #done: (() => void) | undefined
  #isEnding = false
  #isClosed = false
  #isSpent = false
  #deafTimer: NodeJS.Timeout | undefined
  #heard = 0
  #settleClosed: (error: Error | undefined) => void = () => undefined

  /** Takes `connection` over. `isNeeded`: a stream would be lost with the link. */
  constructor(
    connection: FramedSocket,
    { number, place, isNeeded }: { number: number; place: LinkPlace; isNeeded: () => boolean },
  ) {
    this.number = number
    this.#place = place
    this.#isNeeded = isNeeded
    this.#patience = new LinkPatience(place, () => this.#heard)
    this.#kept = new KeptFrames(place.budget)
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.#connect(connection)
  }

  /** How far the peer's frames have been received. */
  get position(): number {
    return this.#position
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** It has no connection now. */
  get isCut(): boolean {
    return this.#connection === undefined
  }

  /** Its stream's reader has paused. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Grows with whatever comes from the peer. */
  get heard(): number {
    return this.#heard
  }

  /** The peer has to acknowledge something, and this end would read that: from a peer that is there something comes. */
  get awaitsAnswer(): boolean {
    return this.owes && !this.#isHeld && this.#connection !== undefined
  }

  get isSpent(): boolean {
    return this.#isSpent || this.#connection?.isClosed === true
  }

  get owes(): boolean {
    return this.#kept?.isEmpty === false
  }

  get unsentBytes(): number {
    return this.#connection ? this.#connection.unsentBytes : (this.#kept?.cost ?? 0)
  }

  /** Whether another connection would save anything, and can. */
  get wantsConnection(): boolean {
    return !this.#isClosed && this.#kept !== undefined && this.#isNeeded()
  }

  /** Whether everything that the peer has not received, as it says, is still here. */
  canResumeFrom(position: number): boolean {
    return !this.#isClosed && this.#kept?.reaches(position) === true
  }

  /** Ends the connection: nothing more arrives until there is another one. */
  interrupt(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.destroy()
    if (this.#isClosed) return
    if (connection) this.#patience.stop()
    this.#isSpent = true
    this.#isFull = false
    this.#patience.awaitConnection(() => this.destroy(new Error('no connection came back')))
    this.#settle()
  }

  /** Goes on over `connection`, after what the peer has received; throws a WireError if that cannot be. */
  goOn(connection: FramedSocket, from: number): void {
    if (!this.#kept || !this.canResumeFrom(from)) {
      this.destroy()
      throw new WireError('a carrier cannot go on from where its peer is')
    }
    this.#kept.release(from)
    this.#patience.stop()
    this.#connect(connection)
    if (this.#isHeld) connection.pause()
    this.#isFull = true
    this.#kept.replay(from, connection, () => this.#onRoom(connection))
    if (this.#isEnding) this.#awaitAcknowledgement()
    this.#endIfDone()
  }

  /** The peer has everything up to `position`; throws a WireError if that was never sent. */
  onAcknowledged(position: number): void {
    this.#kept?.release(position)
    this.#settle()
    this.#endIfDone()
  }

  /**
   * Ends it and tells the peer, which does not wait for it then. For links that are acknowledged on their own connections; of others the
   * session says it. Fulfils when the peer has heard it, or after two seconds.
   */
  async sayFarewell(reason: string): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
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
    const connection = this.#connection
    if (!connection || connection.unsentBytes > maxKeptBytes) return false
    connection.send(encodeAck([{ carrier: 0, position: this.#position }]))
    return true
  }

  pause(): void {
    this.#isHeld = true
    this.#connection?.pause()
    this.#settle()
  }

  resume(): void {
    this.#isHeld = false
    clearTimeout(this.#deafTimer)
    this.#deafTimer = undefined
    this.#connection?.resume()
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return
    this.#kept?.message(frame)
    this.#forgetIfTooMuch()
    this.#connection?.send(frame)
  }

  answer(frame: Uint8Array): void {
    if (this.unsentBytes > maxUnsentMessageBytes)
      this.destroy(new Error('the peer does not read its answers'))
    else this.send(frame)
  }

  sendData(chunk: Uint8Array, done: () => void): void {
    if (this.#isClosed) return
    this.#kept?.data(chunk)
    this.#sendKept(done, (connection, onRoom) => connection.sendData(chunk, onRoom))
  }

  sendPacked(frame: Uint8Array, done: () => void): void {
    if (this.#isClosed) return
    this.#kept?.message(frame)
    this.#sendKept(done, (connection, onRoom) => connection.sendPacked(frame, onRoom))
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

  #sendKept(done: () => void, send: (connection: FramedSocket, onRoom: () => void) => void): void {
    this.#forgetIfTooMuch()
    this.#done = done
    const connection = this.#connection
    if (connection) {
      this.#isFull = true
      send(connection, () => this.#onRoom(connection))
    } else this.#settle()
  }

  #connect(connection: FramedSocket): void {
    this.#connection = connection
    connection.receiver = {
      takesPacked: () => this.receiver.takesPacked?.() === true,
      onMessage: (type, body) => {
        this.#heard += 1
        if (this.#place.acknowledgesInside && this.#onOwnMessage(type, body)) return
        this.#position += 1
        this.unacknowledgedBytes += body.length
        this.#place.onReceived(this)
        this.receiver.onMessage(type, body)
      },
      onData: (part) => {
        this.#heard += 1
        this.#position += part.length
        this.unacknowledgedBytes += part.length
        this.#place.onReceived(this)
        this.receiver.onData(part)
      },
    }
    void connection.closed.then((error) => {
      if (this.#connection === connection) this.#onLost(error)
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

  #onRoom(connection: FramedSocket): void {
    if (this.#connection !== connection) return
    this.#isFull = false
    this.#settle()
  }

  /** A link that is cut cannot go on without keeping: it waits for all the others, too. */
  get #mayKeepMore(): boolean {
    if (!this.#kept) return true
    return (
      this.#kept.cost < this.#place.room && (this.#connection !== undefined || this.#place.budget.hasRoom)
    )
  }

  /** Lets the sender go on, if there is room in the connection and for what has to be kept. */
  #settle(): void {
    const done = this.#done
    if (!done || this.#isFull || this.#isClosed) return
    if (!this.#mayKeepMore) {
      this.#forgetIfDeaf()
      return
    }
    this.#done = undefined
    done()
  }

  /** All together keep too much: this one goes on without. While it is cut it keeps what it has, and its sender waits. */
  #forgetIfTooMuch(): void {
    if (!this.#kept || !this.#connection || this.#place.budget.hasRoom) return
    this.#kept.clear()
    this.#kept = undefined
    if (this.#isEnding) this.#endIfDone()
  }

  /** Its sender must not wait for acknowledgements that wait for its reader. What is sent from then on is kept again. */
  #forgetIfDeaf(): void {
    if (!this.#place.acknowledgesInside || !this.#isHeld || !this.#connection) return
    this.#deafTimer ??= setTimeout(() => {
      this.#deafTimer = undefined
      if (!this.#isHeld || !this.#connection || this.#mayKeepMore) return
      this.#kept?.clear()
      this.#settle()
    }, deafMs).unref()
  }

  #awaitAcknowledgement(): void {
    this.#patience.awaitAcknowledgement({
      isConnected: () => this.#connection !== undefined,
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
    const connection = this.#connection
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
    clearTimeout(this.#deafTimer)
    this.#done = undefined
    this.#kept?.clear()
    this.#kept = undefined
    this.#connection?.destroy(error)
    this.#connection = undefined
    this.#settleClosed(error)
  }
}
