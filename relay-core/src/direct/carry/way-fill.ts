import type { FrameWriter } from '../packets/frame-writer.ts'
import type { SentFrame } from '../streams/sent-packets.ts'
import type { PacketSource } from './send-queue.ts'

/** What filling a way may cost. */
export const fillLimits = { maxBytes: 8_000_000, maxMs: 1_000 } as const

/** As a way was while it was filled. */
export interface WayMeasurement {
  /** Before it was filled. */
  readonly roundTripMs: number
  /** From 0 to 1. */
  readonly lostPart: number
  /** To the peer: the greatest of the last round trips. */
  readonly upBytesPerSecond: number
}

/** A packet with less room holds something else. */
const minFillBytes = 512

/** Fills a way with packets that hold nothing, in turn with the streams, and counts what becomes of them. */
export class WayFill implements PacketSource {
  #sentBytes = 0
  #arrived = 0
  #counted = 0
  #lost = 0
  readonly #isWanted: () => boolean
  readonly #isSettled: () => boolean

  /** Both are asked before each packet. `isSettled`: the beginning, which fills queues until they overflow, is over. */
  constructor({ isWanted, isSettled }: { isWanted: () => boolean; isSettled: () => boolean }) {
    this.#isWanted = isWanted
    this.#isSettled = isSettled
  }

  get hasMore(): boolean {
    return this.#sentBytes < fillLimits.maxBytes && this.#isWanted()
  }

  /** Of what was sent after the beginning, and has come to an end. */
  get lostPart(): number {
    return this.#lost / Math.max(1, this.#counted)
  }

  get hasArrived(): boolean {
    return this.#arrived > 0
  }

  fill(writer: FrameWriter): SentFrame | undefined {
    if (writer.room < minFillBytes || !this.hasMore) return undefined
    this.#sentBytes += writer.room
    writer.ping()
    writer.pad()
    const isCounted = this.#isSettled() || this.#sentBytes > fillLimits.maxBytes / 2
    let isLost = false
    return {
      onAcked: () => {
        this.#arrived += 1
        if (isCounted && !isLost) this.#counted += 1
      },
      onLost: () => {
        if (!isCounted || isLost) return
        isLost = true
        this.#counted += 1
        this.#lost += 1
      },
    }
  }
}
