import type { Log } from '../log/log.ts'
import { createIdentity, loadOrCreateIdentity, type Identity } from '../net/tls/identity.ts'

/** The agent's own key: made at its first start and proved to visitors of private tunnels, who pin it. */
export class AgentIdentity {
  readonly #folder: string | undefined
  readonly #log: Log
  #identity: Promise<Identity> | undefined

  constructor({ folder, log }: { folder: string | undefined; log: Log }) {
    this.#folder = folder
    this.#log = log
  }

  /** Never rejects: a lab box whose key cannot be saved must still be reachable. */
  get(): Promise<Identity> {
    this.#identity ??= this.#load()
    return this.#identity
  }

  async #load(): Promise<Identity> {
    if (this.#folder === undefined) return createIdentity()
    try {
      return await loadOrCreateIdentity(this.#folder)
    } catch (error) {
      this.#log.error('the key of this agent cannot be kept: visitors of private tunnels will refuse it', {
        reason: error,
      })
      return createIdentity()
    }
  }
}
