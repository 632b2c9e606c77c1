import { type PackingCost, packingCost } from './packing-cost.ts'
import { looksSealed } from './looks-sealed.ts'
import { maxBlockBytes, packBlock } from './packed-block.ts'

/** What a packer needs of the link beneath its stream. */
export interface PackedLink {
  readonly unsentBytes: number
  sendData(chunk: Uint8Array, done: () => void): void
  sendPacked(frame: Uint8Array, done: () => void): void
}

/**
 * What several streams have in common that leave by one line. In milliseconds for a byte: before anything was measured 100 Mbit/s, for a stream's first
 * bytes may be all that there are of it.
 */
export interface PackingLine {
  msPerByte: number
}

export function newPackingLine(): PackingLine {
  return { msPerByte: 0.000_08 }
}

/** What the two ends of a link have agreed on (spec/wire.md §5). */
export interface PackingAgreement {
  /** The peer may send PACKED. */
  readonly takesPacked?: boolean
  /** The peer takes PACKED, and this is the line to it. */
  readonly line?: PackingLine | undefined
}

/** Smaller pieces go as they are: keystrokes, answers with little but a secret in them, and what hardly gains. */
const minBlockBytes = 4 * 1024

/** Bytes that did not shrink: this many go by before the next sample, twice as many after each failure. */
const firstSkip = 64 * 1024
const lastSkip = 4 * 1024 * 1024

/** How much the last block counts, and the last wait. */
const weight = 0.3

/** A shorter wait is that of a turn of this program, a longer one a cut or a reader that rests. */
const waitMs = { min: 10, max: 2_000 }

/** Of fewer bytes a wait says nothing about the line. */
const minWaitBytes = 512

/**
 * This many bytes have to go one after the other before a line is taken for quick: a system takes that much for a slow one, too, and keeps
 * it (Linux up to 4 MiB, most often less than one).
 */
const runBytes = 1024 * 1024

/** Writes closer than this come from a source that waits for the line. */
const backToBackMs = 5

/** Packs the bytes of one stream, where the line is slow enough and the bytes shrink. */
export class StreamPacker {
  readonly #line: PackingLine
  readonly #cost: PackingCost
  #msPerByte: number
  #isSealed: boolean | undefined
  /** What a block shrinks to, by the last ones. */
  #share = 0.5
  #skippedLeft = 0
  #nextSkip = firstSkip
  /** When there last was room, and what has gone since the source has not kept the line waiting: this many bytes, in that time. */
  #roomAtMs = 0
  #ranBytes = 0
  #ranMs = 0
  /** What has been packed since others had their turn. */
  #turnBytes = 0
  #isOver = false

  constructor(line: PackingLine, cost: PackingCost = packingCost) {
    this.#line = line
    this.#cost = cost
    this.#msPerByte = line.msPerByte
  }

  /** Sends bytes of the stream; calls back when there is room for more. One call at a time. */
  send(chunk: Uint8Array, link: PackedLink, done: () => void): void {
    if (this.#isOver) return
    this.#isSealed ??= looksSealed(chunk)
    if (this.#isSealed || chunk.length < minBlockBytes) {
      link.sendData(chunk, done)
      return
    }
    if (performance.now() - this.#roomAtMs > backToBackMs) [this.#ranBytes, this.#ranMs] = [0, 0]
    const block = chunk.subarray(0, maxBlockBytes)
    const frame = this.#pack(block, chunk.length)
    if (!frame) {
      this.#timed(link, chunk.length, (room) => link.sendData(chunk, room), done)
      return
    }
    const rest = chunk.subarray(block.length)
    this.#timed(
      link,
      frame.length,
      (room) => link.sendPacked(frame, room),
      () => {
        this.#turnBytes += block.length
        if (rest.length === 0 && this.#turnBytes < maxBlockBytes) done()
        else setImmediate(() => this.#goOn(rest, link, done))
      },
    )
  }

  /** After this many bytes in this turn others had theirs, also where the system takes whatever is packed at once. */
  #goOn(rest: Uint8Array, link: PackedLink, done: () => void): void {
    this.#turnBytes = 0
    if (rest.length > 0) this.send(rest, link, done)
    else if (!this.#isOver) done()
  }

  /** The stream has been reset: nothing more of it is sent. */
  stop(): void {
    this.#isOver = true
  }

  /** Undefined: `chunkBytes` go as they are. */
  #pack(block: Uint8Array, chunkBytes: number): Uint8Array | undefined {
    if (this.#skippedLeft > 0) {
      this.#skippedLeft -= chunkBytes
      return undefined
    }
    const level = this.#cost.levelFor({ msPerByte: this.#msPerByte, share: this.#share })
    if (level === undefined) return undefined
    const beganAtMs = performance.now()
    const frame = packBlock(block, level)
    this.#cost.took(level, block.length, performance.now() - beganAtMs)
    if (frame) {
      this.#share += (frame.length / block.length - this.#share) * weight
      this.#nextSkip = firstSkip
    } else {
      this.#skippedLeft = this.#nextSkip
      this.#nextSkip = Math.min(this.#nextSkip * 2, lastSkip)
    }
    return frame
  }

  /** Finds out from a write of this many bytes how fast the line is. */
  #timed(link: PackedLink, bytes: number, write: (room: () => void) => void, done: () => void): void {
    const beganAtMs = performance.now()
    let unsent = 0
    let hasRoom = false
    write(() => {
      hasRoom = true
      this.#roomAtMs = performance.now()
      this.#took(bytes, unsent, this.#roomAtMs - beganAtMs)
      done()
    })
    if (!hasRoom) unsent = link.unsentBytes
  }

  #took(bytes: number, unsent: number, ms: number): void {
    this.#ranBytes += bytes
    this.#ranMs += ms
    if (unsent >= minWaitBytes && ms >= waitMs.min) {
      const waited = Math.min(ms, waitMs.max) / unsent
      this.#learn(this.#msPerByte + (waited - this.#msPerByte) * weight)
    }
    if (this.#ranBytes < runBytes) return
    this.#learn(this.#ranMs / this.#ranBytes)
    this.#ranBytes = 0
    this.#ranMs = 0
  }

  #learn(msPerByte: number): void {
    this.#msPerByte = msPerByte
    this.#line.msPerByte = msPerByte
  }
}
