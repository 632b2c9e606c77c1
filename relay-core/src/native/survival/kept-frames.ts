import { WireError } from '../../wire/bytes.ts'
import { blockLength, KeptBlocks } from './kept-blocks.ts'
import type { KeepingBudget } from './keeping-budget.ts'

/** What keeping a frame costs besides its bytes, roughly: one byte typed is a frame too. */
const costPerFrame = 128

/** Up to this size bytes have memory of their own, unless much is kept already: streams at rest, of which there may be thousands, take no block each. */
const ownMemoryLength = 16 * 1024
const muchKept = 64 * 1024

/** Once this many released places stand in front, the list is shortened. */
const maxReleased = 1024

/** Of all carriers of the program. */
const blocks = new KeptBlocks()

interface Block {
  readonly memory: Uint8Array
  filled: number
  /** How many pieces in it are kept. */
  pieces: number
}

interface Kept {
  readonly memory: Uint8Array
  readonly start: number
  readonly length: number
  readonly isData: boolean
  /** Where it shares its memory with others. */
  readonly block?: Block
}

/** A frame that is sent once more. */
interface RepeatedFrame {
  readonly bytes: Uint8Array
  readonly isData: boolean
}

/** What was sent on a carrier and not yet acknowledged, by position (spec/wire.md §5). */
export class KeptFrames {
  readonly #budget: KeepingBudget
  #frames: Kept[] = []
  /** The place of the first in `#frames`. */
  #first = 0
  /** The position before the first, and after the last. */
  #start = 0
  #end = 0
  #cost = 0
  /** What is to be sent again next: its place in `#frames`, and how much of it the peer has. */
  #repeated = 0
  #skipped = 0
  /** The one that is being filled. */
  #block: Block | undefined

  constructor(budget: KeepingBudget) {
    this.#budget = budget
  }

  /** In bytes. */
  get cost(): number {
    return this.#cost
  }

  get isEmpty(): boolean {
    return this.#first === this.#frames.length
  }

  message(frame: Uint8Array): void {
    this.#end += 1
    this.#addOwn(frame, false)
  }

  data(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#end += chunk.length
    if (chunk.length <= ownMemoryLength && !this.#block && this.#cost < muchKept)
      this.#addOwn(new Uint8Array(chunk), true)
    else for (let at = 0; at < chunk.length;) at += this.#addToBlock(chunk, at)
  }

  /** The peer has everything up to `position`; throws a WireError if that was never sent. */
  release(position: number): void {
    if (position > this.#end) throw new WireError('an acknowledgement of what was not sent')
    for (;;) {
      const kept = this.#frames[this.#first]
      if (!kept || this.#start + weight(kept) > position) break
      this.#frames[this.#first] = nothing
      this.#first += 1
      this.#start += weight(kept)
      this.#giveBack(kept)
    }
    if (this.#repeated < this.#first) this.#repeatFrom(this.#first, 0)
    if (this.isEmpty) this.#closeBlock()
    if (this.isEmpty || this.#first > maxReleased) {
      this.#frames = this.#frames.slice(this.#first)
      this.#repeated -= this.#first
      this.#first = 0
    }
  }

  /** Whether everything after `position` is still here. */
  reaches(position: number): boolean {
    return position >= this.#start && position <= this.#end
  }

  /** From now on `repeat` returns what the peer does not have yet, which has everything up to `position`: that is here. */
  rewind(position: number): void {
    this.release(position)
    this.#repeatFrom(this.#first, position - this.#start)
  }

  /** The next frame to send again, or the rest of one; undefined: that was all. */
  repeat(): RepeatedFrame | undefined {
    const kept = this.#frames[this.#repeated]
    if (!kept) return undefined
    const { memory, start, length, isData } = kept
    // A copy: the memory may be taken for something else while the connection still holds what waits.
    const bytes = isData ? memory.slice(start + this.#skipped, start + length) : memory
    this.#repeatFrom(this.#repeated + 1, 0)
    return { bytes, isData }
  }

  /** Keeps nothing any more of what was sent so far. */
  clear(): void {
    for (const kept of this.#frames.slice(this.#first)) this.#giveBack(kept)
    this.#closeBlock()
    this.#frames = []
    this.#first = 0
    this.#repeatFrom(0, 0)
    this.#start = this.#end
  }

  #repeatFrom(place: number, skipped: number): void {
    this.#repeated = place
    this.#skipped = skipped
  }

  #addOwn(memory: Uint8Array, isData: boolean): void {
    this.#frames.push({ memory, start: 0, length: memory.length, isData })
    this.#pay(memory.length + costPerFrame)
  }

  /** Returns how much of `chunk`, from `at` on, had room. */
  #addToBlock(chunk: Uint8Array, at: number): number {
    const block = (this.#block ??= this.#openBlock())
    const { memory, filled: start } = block
    const length = Math.min(chunk.length - at, blockLength - start)
    memory.set(chunk.subarray(at, at + length), start)
    block.filled += length
    block.pieces += 1
    this.#frames.push({ memory, start, length, isData: true, block })
    this.#pay(costPerFrame)
    if (block.filled === blockLength) this.#block = undefined
    return length
  }

  #giveBack({ length, block }: Kept): void {
    this.#pay(-costPerFrame - (block ? 0 : length))
    if (!block) return
    block.pieces -= 1
    if (block.pieces === 0 && block !== this.#block) this.#giveBlock(block)
  }

  #openBlock(): Block {
    this.#pay(blockLength)
    return { memory: blocks.take(), filled: 0, pieces: 0 }
  }

  /** Nothing is kept: at rest no block is held. */
  #closeBlock(): void {
    const block = this.#block
    this.#block = undefined
    if (block) this.#giveBlock(block)
  }

  #giveBlock({ memory }: Block): void {
    this.#pay(-blockLength)
    blocks.give(memory)
  }

  #pay(bytes: number): void {
    this.#cost += bytes
    this.#budget.take(bytes)
  }
}

const nothing: Kept = { memory: new Uint8Array(), start: 0, length: 0, isData: false }

function weight({ length, isData }: Kept): number {
  return isData ? length : 1
}
