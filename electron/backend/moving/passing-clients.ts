import type { Client } from '@nps-desktop/relay-core/api'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import type { Log } from '@nps-desktop/relay-core/log'
import { failureOfError } from '../failures/failure-of-error.ts'
import { newId } from '../ids.ts'
import { passingClientName } from '../passing-client-name.ts'
import type { Relays } from '../relays/relays.ts'
import type { PassingClientRecord, Storage } from '../storage/records.ts'

const removalTimeoutMs = 10_000

/**
 * Clients on servers that stand for this laptop for some minutes. Before one is made it is written down, so that it is removed after
 * whatever happens: at once, or when its server can be reached again, or at the next start.
 */
export class PassingClients {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #log: Log
  /** Of this run, and still wanted. */
  readonly #wanted = new Set<string>()
  readonly #working = new Map<string, Promise<void>>()
  readonly #subscriptions = new DisposableStack()

  constructor(options: { storage: Storage; relays: Relays; log: Log }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#log = options.log
  }

  start(): void {
    this.#subscriptions.use(this.#relays.onChange((serverId) => this.#resume(serverId)))
  }

  /** Fulfils when those that are being removed are gone, or after some seconds; what is left is removed at the next start. */
  async close(): Promise<void> {
    this.#subscriptions.dispose()
    await Promise.all(this.#working.values())
  }

  /** Makes one, without rights of its own; `release` its id. Rejects with what the relay says. */
  async make(
    api: RelayClient,
    { serverId, signal }: { serverId: string; signal: AbortSignal },
  ): Promise<{ id: string; client: Client }> {
    const id = newId('p')
    this.#wanted.add(id)
    this.#storage.passingClients.put({ id, serverId })
    try {
      const settings = { mayPush: false }
      const limits = { maxTunnels: 1 }
      const name = passingClientName(id)
      return { id, client: await api.clients.add({ name, settings, limits }, { signal }) }
    } catch (error) {
      // it may be there all the same
      await this.release(id)
      throw error
    }
  }

  /** It is no longer wanted, and is removed now or later. Fulfils when it was tried; never rejects. */
  async release(id: string): Promise<void> {
    this.#wanted.delete(id)
    const passing = this.#storage.passingClients.get(id)
    if (passing) await this.#remove(passing)
  }

  /** A server is online: what earlier runs of the app have left there goes. */
  #resume(serverId: string): void {
    if (this.#relays.view(serverId).link.state !== 'online') return
    for (const passing of this.#storage.passingClients.list())
      if (passing.serverId === serverId && !this.#wanted.has(passing.id)) void this.#remove(passing)
  }

  #remove(passing: PassingClientRecord): Promise<void> {
    const { id } = passing
    const working =
      this.#working.get(id) ?? this.#removeThere(passing).finally(() => this.#working.delete(id))
    this.#working.set(id, working)
    return working
  }

  async #removeThere({ id, serverId }: PassingClientRecord): Promise<void> {
    try {
      const api = this.#relays.api(serverId)
      const signal = AbortSignal.timeout(removalTimeoutMs)
      const clients = await api.clients.list({}, { signal })
      for (const client of clients)
        if (client.name === passingClientName(id)) await removeClient(api, client.id, signal)
      this.#storage.whenPossible(`passing-client/${id}`, () => this.#storage.passingClients.delete(id))
    } catch (error) {
      // it stays written down: the next change of its server's link tries again
      this.#log.warn('removing what set up another laptop is put off', { server: serverId, error })
    }
  }
}

async function removeClient(api: RelayClient, id: number, signal: AbortSignal): Promise<void> {
  try {
    await api.clients.remove({ id }, { signal })
  } catch (error) {
    if (failureOfError(error).code !== 'not-found') throw error
  }
}
