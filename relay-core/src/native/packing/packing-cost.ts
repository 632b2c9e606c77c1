/** What zstd takes for a byte, in milliseconds, on the machine of ADR 43. Lower levels are no quicker in blocks, and higher ones shrink hardly more. */
const levels = [
  { level: 3, msPerByte: 0.000_004 },
  { level: 6, msPerByte: 0.000_011 },
  { level: 9, msPerByte: 0.000_016 },
] as const

/** The most of a line's time that packing may take. */
const mostOfLine = 0.1

/** How much the last block counts. */
const weight = 0.1

/** A block that took so much longer was interrupted: that says little about the next one. */
const mostSlowness = 20

/** What packing takes here, found out by doing it: processors differ, and others use them too. */
export class PackingCost {
  /** How many times slower than in the table. */
  #slowness = 1

  /**
   * The level that pays on a line that takes `msPerByte`, for bytes that shrink to `share` of their length; undefined: none does, the bytes are
   * there sooner as they are.
   */
  levelFor({ msPerByte, share }: { msPerByte: number; share: number }): number | undefined {
    const affordable = levels.findLast(
      (one) => one.msPerByte * this.#slowness <= msPerByte * share * mostOfLine,
    )
    const { level, msPerByte: cost } = affordable ?? levels[0]
    // Half of what is saved is worth having: the other end unpacks, and both have more to do than this.
    return cost * this.#slowness * 2 < msPerByte * (1 - share) ? level : undefined
  }

  /** `bytes` were packed in `ms`. */
  took(level: number, bytes: number, ms: number): void {
    const expected = (levels.find((one) => one.level === level)?.msPerByte ?? 0) * bytes
    if (expected === 0) return
    this.#slowness += (Math.min(ms / expected, mostSlowness) - this.#slowness) * weight
  }
}

/** Of this program. */
export const packingCost = new PackingCost()
