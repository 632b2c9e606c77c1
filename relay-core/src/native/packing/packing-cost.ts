/**
 * What zstd takes for a byte, in milliseconds, on the machine of ADR 43. Lower levels are no quicker in blocks. Higher ones shrink hardly more, and a
 * block of numbers or of DNA takes them two or three times as long, for which everything else in this program waits.
 */
const levels = [
  { level: 3, msPerByte: 0.000_004 },
  { level: 6, msPerByte: 0.000_011 },
] as const

/** The most of a line's time that packing at a higher level than the lowest may take. */
const maxPartOfLine = 0.1

/**
 * The most that all streams together pack. Each of them sees its own part of the line only, and takes it for a slow line: many at once would
 * keep the processor busy, and each other waiting.
 */
const period = { ms: 50, maxMs: 12 }

/** How much the last block counts. */
const weight = 0.1

/** A block that took this much longer was interrupted: that says little about the next one. */
const maxSlowness = 20

/** What packing takes here, found out by doing it: processors differ, and others use them too. */
export class PackingCost {
  readonly #now: () => number
  /** How many times slower than in the table. */
  #slowness = 1
  #periodBeganAtMs = -Infinity
  #spentMs = 0

  /** `now`: in milliseconds since any time. */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /**
   * The level that pays on a line that takes `msPerByte`, for bytes that shrink to `share` of their length; undefined: none does, the bytes are
   * there sooner as they are, or enough has been packed for now.
   */
  levelFor({ msPerByte, share }: { msPerByte: number; share: number }): number | undefined {
    const now = this.#now()
    if (now - this.#periodBeganAtMs >= period.ms) [this.#periodBeganAtMs, this.#spentMs] = [now, 0]
    if (this.#spentMs >= period.maxMs) return undefined
    const affordable = levels.findLast(
      (one) => one.msPerByte * this.#slowness <= msPerByte * share * maxPartOfLine,
    )
    const isHalfSpent = this.#spentMs >= period.maxMs / 2
    const { level, msPerByte: cost } = isHalfSpent || !affordable ? levels[0] : affordable
    // Half of what is saved is worth having: the other end unpacks, and both have more to do than this.
    return cost * this.#slowness * 2 < msPerByte * (1 - share) ? level : undefined
  }

  /** `bytes` were packed in `ms`. */
  took(level: number, bytes: number, ms: number): void {
    const expected = (levels.find((one) => one.level === level)?.msPerByte ?? 0) * bytes
    if (expected === 0) return
    this.#slowness += (Math.min(ms / expected, maxSlowness) - this.#slowness) * weight
    // Not `ms`: most of one block that took long was someone else's.
    this.#spentMs += expected * this.#slowness
  }
}

/** Of this program. */
export const packingCost = new PackingCost()
