import type { FramedSocket } from '../carriers/framed-socket.ts'
import { KeptFrames } from './kept-frames.ts'
import type { LinkPlace } from './link-place.ts'

type KeepingPlace = Pick<LinkPlace<unknown>, 'budget' | 'room' | 'acknowledgesInside'>

/** How long a link that reads nothing, and so no acknowledgement either, may be full before it forgets what it has kept. */
const deafMs = 1_000

/**
 * What a surviving link sends, over one connection after the other: kept until the peer has acknowledged it, and sent again on the next
 * connection. The sender waits while the connection has no room, or too much is kept.
 */
export class KeptSending {
  readonly #place: KeepingPlace
  readonly #onForgotten: () => void
  #connection: FramedSocket | undefined
  /** Undefined: too much would have to be kept, so that the link ends with its connection. */
  #kept: KeptFrames | undefined
  #isHeld = false
  #isFull = false
  /** What was kept goes out again, and what is sent meanwhile behind it. */
  #isRepeating = false
  #done: (() => void) | undefined
  #deafTimer: NodeJS.Timeout | undefined

  /** `onForgotten`: nothing is kept any more, as too much would have to be. */
  constructor(connection: FramedSocket, place: KeepingPlace, onForgotten: () => void) {
    this.#connection = connection
    this.#place = place
    this.#onForgotten = onForgotten
    this.#kept = new KeptFrames(place.budget)
  }

  get connection(): FramedSocket | undefined {
    return this.#connection
  }

  get isKept(): boolean {
    return this.#kept !== undefined
  }

  /** Something was sent that the peer has not acknowledged. */
  get owes(): boolean {
    return this.#kept?.isEmpty === false
  }

  get unsentBytes(): number {
    return this.#open?.unsentBytes ?? this.#kept?.cost ?? 0
  }

  /** On which something is sent at once; where there is none it is kept until it can be. */
  get #open(): FramedSocket | undefined {
    return this.#isRepeating ? undefined : this.#connection
  }

  /** Whether everything that the peer has not received, as it says, is still here. */
  reaches(position: number): boolean {
    return this.#kept?.reaches(position) === true
  }

  /** The link's stream does not read, so that acknowledgements are not read either. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  hold(): void {
    this.#isHeld = true
    this.#connection?.pause()
    this.settle()
  }

  letGo(): void {
    this.#isHeld = false
    clearTimeout(this.#deafTimer)
    this.#deafTimer = undefined
    this.#connection?.resume()
  }

  /** From now on what is sent waits for another connection. Returns the one before. */
  cut(): FramedSocket | undefined {
    const connection = this.#connection
    this.#connection = undefined
    this.#isFull = this.#isRepeating = false
    return connection
  }

  /** Sends again on `connection` what comes after `from`, which the caller has found here: no faster than it takes it, so that little is held twice. */
  goOn(connection: FramedSocket, from: number): void {
    this.#kept?.rewind(from)
    this.#connection = connection
    if (this.#isHeld) connection.pause()
    this.#isFull = this.#isRepeating = true
    this.#repeat(connection)
  }

  /** The peer has everything up to `position`; throws a WireError if that was never sent. */
  release(position: number): void {
    this.#kept?.release(position)
    this.settle()
  }

  send(frame: Uint8Array): void {
    this.#kept?.message(frame)
    this.#forgetIfTooMuch()
    this.#open?.send(frame)
  }

  sendData(chunk: Uint8Array, done: () => void): void {
    this.#kept?.data(chunk)
    this.#sendKept(done, (connection, onRoom) => connection.sendData(chunk, onRoom))
  }

  sendPacked(frame: Uint8Array, done: () => void): void {
    this.#kept?.message(frame)
    this.#sendKept(done, (connection, onRoom) => connection.sendPacked(frame, onRoom))
  }

  /** Lets the sender go on, if there is room in the connection and for what has to be kept. */
  settle(): void {
    const done = this.#done
    if (!done || this.#isFull) return
    if (!this.#mayKeepMore) {
      this.#forgetIfDeaf()
      return
    }
    this.#done = undefined
    done()
  }

  /** Ends the connection, keeps nothing, and calls no sender back. */
  close(error?: Error): void {
    clearTimeout(this.#deafTimer)
    this.#done = undefined
    this.#kept?.clear()
    this.#kept = undefined
    this.#connection?.destroy(error)
    this.#connection = undefined
  }

  #sendKept(done: () => void, send: (connection: FramedSocket, onRoom: () => void) => void): void {
    this.#forgetIfTooMuch()
    this.#done = done
    const connection = this.#open
    if (connection) {
      this.#isFull = true
      send(connection, () => this.#onRoom(connection))
    } else this.settle()
  }

  /** One frame after the other, as long as the connection has room. */
  #repeat(connection: FramedSocket): void {
    while (this.#connection === connection) {
      const frame = this.#kept?.repeat()
      if (!frame) {
        this.#isRepeating = false
        this.#onRoom(connection)
        return
      }
      let isWaiting = false
      let hasRoom = false
      const onRoom = () => {
        hasRoom = true
        if (isWaiting) this.#repeat(connection)
      }
      if (frame.isData) connection.sendData(frame.bytes, onRoom)
      else connection.sendPacked(frame.bytes, onRoom)
      if (hasRoom) continue
      isWaiting = true
      return
    }
  }

  #onRoom(connection: FramedSocket): void {
    if (this.#connection !== connection) return
    this.#isFull = false
    this.settle()
  }

  /** A link that is cut cannot go on without keeping: it waits for all the others, too. */
  get #mayKeepMore(): boolean {
    if (!this.#kept) return true
    return this.#kept.cost < this.#place.room && (this.#open !== undefined || this.#place.budget.hasRoom)
  }

  /** All together keep too much: this one goes on without. Until all it has kept is sent it keeps that, and its sender waits. */
  #forgetIfTooMuch(): void {
    if (!this.#kept || !this.#open || this.#place.budget.hasRoom) return
    this.#kept.clear()
    this.#kept = undefined
    this.#onForgotten()
  }

  /** Its sender must not wait for acknowledgements that wait for its reader. What is sent from then on is kept again. */
  #forgetIfDeaf(): void {
    if (!this.#place.acknowledgesInside || !this.#isHeld || !this.#open) return
    this.#deafTimer ??= setTimeout(() => {
      this.#deafTimer = undefined
      if (!this.#isHeld || !this.#open || this.#mayKeepMore) return
      this.#kept?.clear()
      this.settle()
    }, deafMs).unref()
  }
}
