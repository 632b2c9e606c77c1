/** Tells its subscribers that something has happened, and what. Not to be confused with an `AbortSignal`. */
export class Signal<Values extends readonly unknown[] = []> {
  readonly #subscriptions = new Set<{ readonly listener: (...values: Values) => void }>()

  /** Calls back until the returned handle is disposed of. A listener subscribed twice is called twice. */
  subscribe(listener: (...values: Values) => void): Disposable {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    return { [Symbol.dispose]: () => this.#subscriptions.delete(subscription) }
  }

  /**
   * Calls every listener even if an earlier one throws; then throws what was thrown, several as an `AggregateError`. A listener
   * unsubscribed meanwhile is no longer called, one subscribed meanwhile is not called yet.
   */
  emit(...values: Values): void {
    const errors: unknown[] = []
    const present = [...this.#subscriptions]
    for (const subscription of present) {
      if (!this.#subscriptions.has(subscription)) continue
      try {
        subscription.listener(...values)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, 'several listeners failed')
    if (errors.length === 1) throw errors[0]
  }
}
