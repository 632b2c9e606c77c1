import { randomBytes } from 'node:crypto'

/** Each direct link that is being used or looked for has one; those beyond get none, and do without. */
const maxKeys = 4_096

/** What one direct link asks with, as long as it lasts. */
export interface RendezvousKey extends Disposable {
  /** 16 bytes. */
  readonly id: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** The keys that the relay has given over TLS to those who may ask where it sees them. */
export class SeenKeys {
  readonly #keys = new Map<string, Uint8Array>()

  /** Undefined: there are too many. */
  issue(): RendezvousKey | undefined {
    if (this.#keys.size >= maxKeys) return undefined
    const id = randomBytes(16)
    const key = randomBytes(32)
    const name = id.toString('hex')
    this.#keys.set(name, key)
    return { id, key, [Symbol.dispose]: () => this.#keys.delete(name) }
  }

  find(id: Uint8Array): Uint8Array | undefined {
    return this.#keys.get(Buffer.from(id).toString('hex'))
  }
}
