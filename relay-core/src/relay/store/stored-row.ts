/**
 * A row of the state file, read column by column. The tables are strict, so a column that holds something else comes from a
 * damaged file or another program: that is an Error which names the row and the next step, never a value of the wrong type.
 */
export class StoredRow {
  readonly #table: string
  readonly #values: Record<string, unknown>

  constructor(table: string, values: Record<string, unknown>) {
    this.#table = table
    this.#values = values
  }

  integer(column: string): number {
    const value = this.#values[column]
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw this.#unreadable(column, 'it is no whole number')
  }

  text(column: string): string {
    const value = this.#values[column]
    if (typeof value === 'string') return value
    throw this.#unreadable(column, 'it is no text')
  }

  integerOrNull(column: string): number | null {
    return this.#values[column] === null ? null : this.integer(column)
  }

  textOrNull(column: string): string | null {
    return this.#values[column] === null ? null : this.text(column)
  }

  isOn(column: string): boolean {
    return this.integer(column) === 1
  }

  /** An object that was written as JSON. */
  json<T extends object>(column: string): T {
    const text = this.text(column)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (cause) {
      throw this.#unreadable(column, 'it is no JSON', cause)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#unreadable(column, 'it is no JSON object')
    // A schema checked it before it was written, at the API or at an import. To check it again here, an idle relay would have
    // to keep the schema library in memory.
    return value as T
  }

  #unreadable(column: string, why: string, cause?: unknown): Error {
    const { id } = this.#values
    const row = typeof id === 'number' ? `row ${id}` : 'a row'
    return new Error(
      `The state file relay.db cannot be read: "${column}" of ${row} in "${this.#table}": ${why}. Move relay.db away to start empty, or restore a copy.`,
      { cause },
    )
  }
}
