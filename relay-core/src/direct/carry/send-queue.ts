import type { FrameWriter } from '../packets/frame-writer.ts'
import { streamFrameBytes } from '../packets/frames.ts'
import type { SentFrame } from '../streams/sent-packets.ts'

/** Something with bytes to send: a stream. */
export interface PacketSource {
  readonly hasMore: boolean
  /** Puts a frame into the packet; undefined if none has room there, or there is none. */
  fill(writer: FrameWriter): SentFrame | undefined
}

/** A short frame that has to arrive. */
export interface LinkSignal extends SentFrame {
  write(writer: FrameWriter): void
}

/** What waits to be sent: signals first, then the streams in turn, a packet each. */
export class SendQueue {
  readonly #sources = new Set<PacketSource>()
  readonly #signals: LinkSignal[] = []

  get hasSignals(): boolean {
    return this.#signals.length > 0
  }

  get hasSources(): boolean {
    return this.#sources.size > 0
  }

  addSource(source: PacketSource): void {
    this.#sources.add(source)
  }

  removeSource(source: PacketSource): void {
    this.#sources.delete(source)
  }

  addSignal(signal: LinkSignal): void {
    this.#signals.push(signal)
  }

  clear(): void {
    this.#sources.clear()
    this.#signals.length = 0
  }

  /** Fills one packet up. */
  fill(writer: FrameWriter): SentFrame[] {
    const frames: SentFrame[] = []
    while (writer.room >= streamFrameBytes) {
      const signal = this.#signals.shift()
      if (!signal) break
      signal.write(writer)
      frames.push(signal)
    }
    for (const source of this.#sources) {
      // Its writer may write more while it is filling.
      let frame = source.fill(writer)
      while (frame) {
        frames.push(frame)
        frame = source.fill(writer)
      }
      this.#sources.delete(source)
      if (source.hasMore) {
        // To the end of the queue: the others have their turn first.
        this.#sources.add(source)
        break
      }
    }
    return frames
  }
}
