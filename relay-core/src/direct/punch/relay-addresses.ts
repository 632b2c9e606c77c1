import { until } from '../../async/wait/until.ts'
import { plainAddress, withoutZone } from '../../net/address/plain-address.ts'
import { resolveHost } from '../../net/dial/resolve-host.ts'

/** This many are remembered, the latest: a provider may give a name other addresses each time. */
const maxKnown = 256

/** A name that takes longer adds nothing: the probes of both ends should begin together. */
const resolveTimeoutMs = 1_000

/** Every address at which the relay may be: all that its name has had, and all at which it was reached. No probe goes there. */
export class RelayAddresses {
  readonly #host: string
  readonly #resolve: typeof resolveHost
  readonly #known = new Set<string>()

  /** `host`: its name or address. `resolve`: the system's, except in tests. */
  constructor(host: string, resolve: typeof resolveHost = resolveHost) {
    this.#host = host
    this.#resolve = resolve
  }

  /** A connection to the relay has this address at its other end. */
  reachedAt(address: string): void {
    const plain = plainAddress(withoutZone(address))
    if (plain === '') return
    this.#known.delete(plain)
    this.#known.add(plain)
    for (const oldest of this.#known) {
      if (this.#known.size <= maxKnown) break
      this.#known.delete(oldest)
    }
  }

  /** Asks for those of its name once more. Rejects with the signal's reason only. */
  async all({ signal }: { signal: AbortSignal }): Promise<readonly string[]> {
    try {
      const found = await until(this.#resolve(this.#host, { signal }), {
        signal,
        timeoutMs: resolveTimeoutMs,
        onTimeout: () => new Error('the name of the relay was not resolved in time'),
      })
      for (const address of found) this.reachedAt(address)
    } catch {
      signal.throwIfAborted()
    }
    return [...this.#known]
  }
}
