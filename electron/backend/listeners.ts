/** Who wants to be called back about one kind of thing. */
export class Listeners<Values extends readonly unknown[] = []> {
  readonly #all = new Set<(...values: Values) => void>()

  /** The answer takes it back. */
  add(listener: (...values: Values) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  call(...values: Values): void {
    for (const listener of this.#all) listener(...values)
  }
}
