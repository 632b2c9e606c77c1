/** How much may be kept together, by many. */
export class KeepingBudget {
  readonly #limit: number
  readonly #parent: KeepingBudget | undefined
  #taken = 0

  /** In bytes; what is taken here is taken from `parent` too. */
  constructor(limit: number, parent?: KeepingBudget) {
    this.#limit = limit
    this.#parent = parent
  }

  /** In bytes. */
  get taken(): number {
    return this.#taken
  }

  get hasRoom(): boolean {
    return this.#taken < this.#limit && (this.#parent?.hasRoom ?? true)
  }

  take(bytes: number): void {
    this.#taken += bytes
    this.#parent?.take(bytes)
  }
}
