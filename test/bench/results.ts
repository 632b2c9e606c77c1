import { figures, type FigureName, type Measured } from './figures.ts'
import { quantile } from './quantile.ts'

/** What was measured, by pair and figure, round after round. */
export class Results {
  readonly #values = new Map<string, Map<FigureName, (number | null)[]>>()

  /** A value that is no number is left out: nothing was counted, for example no round trip. */
  add(pair: string, measured: Measured): void {
    const figuresOfPair = this.#values.get(pair) ?? new Map<FigureName, (number | null)[]>()
    this.#values.set(pair, figuresOfPair)
    for (const [name, value] of Object.entries(measured) as [FigureName, number | null][]) {
      if (Number.isNaN(value)) continue
      figuresOfPair.set(name, [...(figuresOfPair.get(name) ?? []), value])
    }
  }

  /** Undefined: not measured. Null: did not happen within the time given, in half of the rounds or more. */
  median(pair: string, figure: FigureName): number | null | undefined {
    const values = this.#values.get(pair)?.get(figure)
    if (values === undefined) return undefined
    const median = quantile(
      values.map((value) => value ?? Infinity),
      0.5,
    )
    return Number.isFinite(median) ? median : null
  }

  get measured(): FigureName[] {
    const names = Object.keys(figures) as FigureName[]
    return names.filter((name) => [...this.#values.values()].some((ofPair) => ofPair.has(name)))
  }
}
