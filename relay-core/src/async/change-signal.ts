/** Tells listeners that something has changed; what, they read themselves. */
export class ChangeSignal {
  readonly #listeners = new Set<() => void>()

  /** Answers the way to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(): void {
    for (const listener of this.#listeners) listener()
  }
}
