import { nobody } from '../carriers/framed-socket.ts'
import type { FrameReceiver } from '../../wire/frame.ts'

/** What arrives on a surviving link, over one connection after the other: counted as the peer counts it (spec/wire.md §5), and handed on. */
export class ReceivedFrames implements FrameReceiver {
  receiver: FrameReceiver = nobody
  readonly #isOwn: (type: number, body: Uint8Array) => boolean
  readonly #onReceived: () => void
  #position = 0
  #acknowledged = 0
  #unacknowledgedBytes = 0
  #heard = 0

  /** `isOwn`: the message is the link's, which took it, and counts for no position. `onReceived`: something is not acknowledged yet. */
  constructor({
    isOwn,
    onReceived,
  }: {
    isOwn: (type: number, body: Uint8Array) => boolean
    onReceived: () => void
  }) {
    this.#isOwn = isOwn
    this.#onReceived = onReceived
  }

  /** How far the peer's frames have been received. */
  get position(): number {
    return this.#position
  }

  /** Some of it has not been acknowledged. */
  get isUnacknowledged(): boolean {
    return this.#position > this.#acknowledged
  }

  /** What has arrived since it was last acknowledged, in bytes of whatever frames: a packed block is one step of the position. */
  get unacknowledgedBytes(): number {
    return this.#unacknowledgedBytes
  }

  /** Grows with whatever comes from the peer. */
  get heard(): number {
    return this.#heard
  }

  /** The peer has been told the position. */
  acknowledged(): void {
    this.#acknowledged = this.#position
    this.#unacknowledgedBytes = 0
  }

  takesPacked(): boolean {
    return this.receiver.takesPacked?.() === true
  }

  onMessage(type: number, body: Uint8Array): void {
    this.#heard += 1
    if (this.#isOwn(type, body)) return
    this.#position += 1
    this.#unacknowledgedBytes += body.length
    this.#onReceived()
    this.receiver.onMessage(type, body)
  }

  onData(part: Uint8Array): void {
    this.#heard += 1
    this.#position += part.length
    this.#unacknowledgedBytes += part.length
    this.#onReceived()
    this.receiver.onData(part)
  }
}
