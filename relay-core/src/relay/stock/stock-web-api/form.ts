import { RelayError } from '../../../api/errors.ts'

/** The parameters of one request, from its body and its query as stock reads them; the first one of a name counts. */
export class Form {
  readonly #values: Map<string, string>

  constructor(body: string, query: string) {
    const pairs = [...new URLSearchParams(body), ...new URLSearchParams(query)]
    this.#values = new Map(pairs.toReversed())
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string {
    return this.#values.get(name) ?? ''
  }

  /** 0 for anything that is not a number, as in stock. */
  count(name: string): number {
    const value = this.text(name).trim()
    return /^\d{1,15}$/.test(value) ? Number(value) : 0
  }

  isOn(name: string): boolean {
    return ['1', 't', 'true', 'y', 'yes', 'on'].includes(this.text(name).toLowerCase())
  }

  /** @throws RelayError `invalid-input` */
  refuse(names: readonly string[], reason: string): void {
    for (const name of names) {
      if (this.text(name) !== '') throw new RelayError('invalid-input', `${name}: ${reason}`, { field: name })
    }
  }

  /** The same text for the same request, however its parameters are ordered; without the authentication. */
  fingerprint(): string {
    return JSON.stringify(
      [...this.#values].filter(([name]) => name !== 'auth_key' && name !== 'timestamp').toSorted(),
    )
  }
}
