/** Over how long the rate is a mean: shorter jumps, longer lags behind. */
const spanMs = 6_000
const minSampleMs = 200

/** Bytes per second of something that comes to a growing number of bytes. */
export class TransferRate {
  #samples: { atMs: number; bytes: number }[] = []

  note(atMs: number, bytes: number): void {
    const last = this.#samples.at(-1)
    // what was done was undone: a rate of that says nothing
    if (last && bytes < last.bytes) this.#samples = []
    else if (last && atMs - last.atMs < minSampleMs) return
    this.#samples.push({ atMs, bytes })
    while ((this.#samples[1]?.atMs ?? atMs) < atMs - spanMs) this.#samples.shift()
  }

  /** 0 before there is anything to compare. */
  bytesPerSecond(atMs: number): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.atMs === first.atMs) return 0
    const seconds = Math.max(last.atMs, atMs) / 1000 - first.atMs / 1000
    return (last.bytes - first.bytes) / seconds
  }

  forget(): void {
    this.#samples = []
  }
}
