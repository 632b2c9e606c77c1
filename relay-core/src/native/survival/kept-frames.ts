import { WireError } from '../../wire/bytes.ts'
import type { KeepingBudget } from './keeping-budget.ts'

/** What keeping a frame costs besides its bytes, roughly: one byte typed is a frame too. */
const costPerFrame = 128

/** Up to this size bytes are copied: they may be a piece of something much larger, which would be kept with them. */
const copiedLength = 16 * 1024

/** Once so many released places stand in front, the list is shortened. */
const maxReleased = 1024

interface Kept {
  readonly bytes: Uint8Array
  readonly isData: boolean
}

/** Where kept frames are sent again. */
export interface Replay {
  send(frame: Uint8Array): void
  sendData(chunk: Uint8Array, done: () => void): void
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
    this.#add({ bytes: frame, isData: false })
  }

  data(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#end += chunk.length
    this.#add({ bytes: chunk.length <= copiedLength ? new Uint8Array(chunk) : chunk, isData: true })
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
      this.#pay(-cost(kept))
    }
    if (this.isEmpty || this.#first > maxReleased) {
      this.#frames = this.#frames.slice(this.#first)
      this.#first = 0
    }
  }

  /** Whether everything after `position` is still here. */
  reaches(position: number): boolean {
    return position >= this.#start && position <= this.#end
  }

  /** Sends again what stands after `position`; the rest of a DATA frame goes as one of its own. `done`: there is room for more. */
  replay(position: number, to: Replay, done: () => void): void {
    let at = this.#start
    const last = this.#frames.length - 1
    let isDone = true
    for (let place = this.#first; place <= last; place += 1) {
      const kept = this.#frames[place] ?? nothing
      const skipped = Math.max(0, position - at)
      at += weight(kept)
      if (skipped >= weight(kept)) continue
      isDone = place < last || !kept.isData
      if (kept.isData) to.sendData(kept.bytes.subarray(skipped), place === last ? done : () => undefined)
      else to.send(kept.bytes)
    }
    if (isDone) done()
  }

  /** Keeps nothing any more. */
  clear(): void {
    this.#pay(-this.#cost)
    this.#frames = []
    this.#first = 0
    this.#start = this.#end
  }

  #add(kept: Kept): void {
    this.#frames.push(kept)
    this.#pay(cost(kept))
  }

  #pay(bytes: number): void {
    this.#cost += bytes
    this.#budget.take(bytes)
  }
}

const nothing: Kept = { bytes: new Uint8Array(), isData: false }

function weight({ bytes, isData }: Kept): number {
  return isData ? bytes.length : 1
}

function cost({ bytes }: Kept): number {
  return bytes.length + costPerFrame
}
