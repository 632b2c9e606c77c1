import { maxAckRanges, type NumberRange } from './frames.ts'

/** Which packets have come: what is acknowledged, and what is not taken twice. */
export class ReceivedNumbers {
  /** The highest first. */
  readonly #ranges: NumberRange[] = []
  /** Everything below is forgotten, and is not taken. */
  #floor = 0

  get ranges(): readonly NumberRange[] {
    return this.#ranges
  }

  /** -1 before the first. */
  get largest(): number {
    return this.#ranges[0]?.to ?? -1
  }

  /** False for one that has come already, or that is so old that nobody knows. */
  add(number: number): boolean {
    if (number < this.#floor) return false
    const ranges = this.#ranges
    let index = 0
    let range = ranges[0]
    while (range && number < range.from - 1) {
      index += 1
      range = ranges[index]
    }
    // Now `range` is the highest that could hold the number or have it as its neighbour below.
    if (range && number >= range.from && number <= range.to) return false
    if (range && number === range.from - 1) {
      range.from = number
      const below = ranges[index + 1]
      if (below && below.to === number - 1) {
        range.from = below.from
        ranges.splice(index + 1, 1)
      }
    } else if (range && number === range.to + 1) {
      range.to = number
    } else {
      ranges.splice(index, 0, { from: number, to: number })
      if (ranges.length > maxAckRanges) this.#floor = (ranges.pop()?.to ?? -1) + 1
    }
    return true
  }
}
