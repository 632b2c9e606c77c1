/** Copied out of their packet below this length: a few bytes would hold all of it in memory. A full packet has more. */
const worthKeeping = 1_024

/** Copies of small pieces stand together in blocks of these lengths, which grow with what is to be read: so few are needed. */
const minBlockBytes = 64
const maxBlockBytes = 16 * 1024

interface Segment {
  readonly from: number
  readonly bytes: Buffer
}

/** Puts the pieces of one stream in order: they come in any order, more than once, and cut differently the second time. */
export class Reassembly {
  /** What is to be read next: everything below has been in `take`. */
  #next = 0
  /** Beyond a gap; ascending, none overlaps another. */
  readonly #waiting: Segment[] = []
  #ready: Buffer[] = []
  #readyBytes = 0
  /** Where the last small pieces were copied to, how far it is full, and where the last of `#ready` begins in it, if that lies there. */
  #block: Buffer | undefined
  #blockUsed = 0
  #lastStart: number | undefined

  /** How many pieces wait for one that is missing. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  get readyBytes(): number {
    return this.#readyBytes
  }

  add(from: number, bytes: Buffer): void {
    const end = from + bytes.length
    if (end <= this.#next || bytes.length === 0) return
    if (from > this.#next) {
      this.#keep(from, bytes)
      return
    }
    this.#append(bytes.subarray(this.#next - from))
    let used = 0
    for (const segment of this.#waiting) {
      if (segment.from > this.#next) break
      used += 1
      const skip = this.#next - segment.from
      if (skip < segment.bytes.length) this.#append(segment.bytes.subarray(skip))
    }
    if (used > 0) this.#waiting.splice(0, used)
  }

  /** All that can be read, up to about `limit` bytes, in one piece: many small ones cost more than the copy. */
  take(limit: number): Buffer | undefined {
    const [first] = this.#ready
    if (!first) return undefined
    let count = 0
    let bytes = 0
    while (bytes < limit && count < this.#ready.length) {
      bytes += this.#ready[count]?.length ?? 0
      count += 1
    }
    const taken = this.#ready.splice(0, count)
    this.#readyBytes -= bytes
    if (this.#ready.length === 0) this.#leaveBlock()
    return taken.length === 1 ? first : Buffer.concat(taken, bytes)
  }

  clear(): void {
    this.#waiting.length = 0
    this.#ready = []
    this.#readyBytes = 0
    this.#leaveBlock()
  }

  #append(bytes: Buffer): void {
    if (bytes.length < worthKeeping) {
      this.#copy(bytes)
    } else {
      this.#ready.push(bytes)
      this.#lastStart = undefined
    }
    this.#readyBytes += bytes.length
    this.#next += bytes.length
  }

  /** Into the block; what already lies at its end becomes longer. */
  #copy(bytes: Buffer): void {
    if (!this.#block || this.#block.length - this.#blockUsed < bytes.length) {
      const length = Math.max(minBlockBytes, bytes.length, Math.min(maxBlockBytes, this.#readyBytes))
      // Not from Node's pool, of which a few bytes would hold 8 KiB.
      this.#block = Buffer.allocUnsafeSlow(length)
      this.#blockUsed = 0
      this.#lastStart = undefined
    }
    const end = this.#blockUsed + bytes.length
    this.#block.set(bytes, this.#blockUsed)
    if (this.#lastStart === undefined) this.#lastStart = this.#blockUsed
    else this.#ready.pop()
    this.#ready.push(this.#block.subarray(this.#lastStart, end))
    this.#blockUsed = end
  }

  #leaveBlock(): void {
    this.#block = undefined
    this.#lastStart = undefined
  }

  /** Keeps what none of the others holds. */
  #keep(from: number, bytes: Buffer): void {
    const segments = this.#waiting
    let index = countUpTo(segments, from)
    const before = segments[index - 1]
    let start = before ? Math.max(from, before.from + before.bytes.length) : from
    const end = from + bytes.length
    while (start < end) {
      const after = segments[index]
      const stop = after ? Math.min(end, after.from) : end
      if (stop > start) {
        const part = bytes.subarray(start - from, stop - from)
        segments.splice(index, 0, {
          from: start,
          bytes: part.length < worthKeeping ? copyOf(part) : part,
        })
        index += 1
      }
      if (!after) break
      start = Math.max(stop, after.from + after.bytes.length)
      index += 1
    }
  }
}

/** How many of them begin there or before. Without looking at each: there may be thousands, and a packet brings eighty pieces. */
function countUpTo(segments: readonly Segment[], place: number): number {
  let [low, high] = [0, segments.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((segments[middle]?.from ?? 0) > place) high = middle
    else low = middle + 1
  }
  return low
}

/** Not in Node's pool, of which a few bytes would hold 8 KiB. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
