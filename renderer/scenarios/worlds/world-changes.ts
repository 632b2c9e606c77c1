/** Says that something changed; listeners look at what it is. Several changes before a look count as one. */
export class Changes {
  #listeners = new Set<() => void>()

  tell(): void {
    for (const listener of this.#listeners) listener()
  }

  /** One turn per change, until `signal` is aborted. */
  async *each(signal: AbortSignal | undefined): AsyncGenerator<void> {
    let wake = Promise.withResolvers<void>()
    const listener = (): void => wake.resolve()
    this.#listeners.add(listener)
    signal?.addEventListener('abort', listener, { once: true })
    try {
      while (!signal?.aborted) {
        await wake.promise
        wake = Promise.withResolvers<void>()
        if (!signal?.aborted) yield
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }
}
