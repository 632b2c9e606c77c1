import type { FrameWriter } from '../packets/frame-writer.ts'
import type { PacketSender } from './packet-sender.ts'
import type { LinkSignal } from './send-queue.ts'

/** Tells the peer how much it may send, each time the limit of that moment. */
export class LimitSignal implements LinkSignal {
  readonly #stream: number
  readonly #sender: PacketSender
  readonly #limit: () => number
  #isWanted = false

  /** `stream` 0: all together. `limit` is asked when the frame is written. */
  constructor(stream: number, sender: PacketSender, limit: () => number) {
    this.#stream = stream
    this.#sender = sender
    this.#limit = limit
  }

  want(): void {
    if (this.#isWanted) return
    this.#isWanted = true
    this.#sender.signal(this)
  }

  write(writer: FrameWriter): void {
    this.#isWanted = false
    writer.window(this.#stream, this.#limit())
  }

  onAcked(): void {}

  onLost(): void {
    this.want()
  }
}
