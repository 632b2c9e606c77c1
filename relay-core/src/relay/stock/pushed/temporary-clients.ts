import { RelayError } from '../../../api/errors.ts'
import type { ClientLimits } from '../../../api/limits.ts'
import type { Log } from '../../../log/log.ts'
import type { PushedClient } from '../../../stock/configuration/pushed-config.ts'
import type { Agents } from '../../clients/agents.ts'
import type { ClientRegistry } from '../../clients/client-registry.ts'
import { newVkey, type ClientRecord, type ClientStore } from '../../store/client-store.ts'
import type { TunnelRegistry } from '../../tunnels/registry/tunnel-registry.ts'

export interface TemporaryClientsOptions {
  readonly store: ClientStore
  readonly clients: ClientRegistry
  readonly tunnels: TunnelRegistry
  readonly agents: Agents
  readonly log: Log
  readonly now: () => number
}

/** An agent with the public key makes one; more than this from one address is not a lab. */
const maxPerAddress = 32
const maxTotal = 1_000

/** The protocol's keys are this long. */
const vkeyLength = 16

/** Long enough for a restart of the agent, or of its machine. */
const keptOfflineMs = 10 * 60_000
/** For a client whose agent never connected. */
const keptUnusedMs = 60_000

/** Clients that agents with the public key make for themselves. They last as long as their agent. */
export class TemporaryClients {
  readonly #options: TemporaryClientsOptions

  constructor(options: TemporaryClientsOptions) {
    this.#options = options
  }

  has(id: number): boolean {
    return this.#list().some((record) => record.id === id)
  }

  /**
   * The client of an agent that uses the public key. The protocol gives it a new key at each start and lets it
   * show no earlier one; so it is recognised by its remark and address, or, without a remark, by its address while
   * that client is offline. @throws RelayError `limit-reached`
   */
  async obtain(pushed: PushedClient, address: string): Promise<ClientRecord> {
    const { clients, store, log } = this.#options
    const name = pushed.remark.trim().slice(0, 64) || `npc at ${address}`
    const settings = { crypt: pushed.crypt, compress: pushed.compress }
    const change = { name, settings, limits: limitsOf(pushed) }
    const known = this.#list().find(
      (record) => record.temporaryFrom === address && this.#isThat(record, pushed, name),
    )
    if (known) {
      clients.edit(known.id, change)
      return clients.record(known.id)
    }
    this.#checkCount(address)
    const vkey = newVkey().slice(0, vkeyLength)
    const { id } = clients.add({ ...change, vkey, temporaryFrom: address })
    log.info('temporary client made for an npc with the public key', { client: id, address })
    return store.get(id) ?? clients.record(id)
  }

  /** Removes, with their tunnels, those whose agent has been away for a while. */
  async removeLeft(): Promise<void> {
    const { clients, tunnels, agents, log, now } = this.#options
    for (const { id, lastSeenMs: stored, createdAtMs } of this.#list()) {
      if (agents.get(id)) continue
      // a full disk may keep the newest value from being stored
      const lastSeenMs = clients.unsavedLastSeen().get(id) ?? stored
      const endsAtMs = lastSeenMs === null ? createdAtMs + keptUnusedMs : lastSeenMs + keptOfflineMs
      if (now() < endsAtMs) continue
      await tunnels.removeOfClient(id)
      clients.remove(id)
      log.info('temporary client removed: its npc has not come back', { client: id })
    }
  }

  #isThat(record: ClientRecord, pushed: PushedClient, name: string): boolean {
    if (record.name !== name) return false
    return pushed.remark !== '' || !this.#options.agents.get(record.id)
  }

  #checkCount(address: string): void {
    const all = this.#list()
    const limit = all.length >= maxTotal ? maxTotal : maxPerAddress
    const count =
      all.length >= maxTotal ? all.length : all.filter((one) => one.temporaryFrom === address).length
    if (count < limit) return
    throw new RelayError(
      'limit-reached',
      `There are ${limit} temporary clients already, as many as there may be.`,
      {
        limit,
      },
    )
  }

  #list(): ClientRecord[] {
    return this.#options.store.list().filter(({ temporaryFrom }) => temporaryFrom !== null)
  }
}

/** Stock counts in KiB per second and MiB; 0 means no limit. */
function limitsOf({ rateLimitKBps, flowLimitMB, maxConnections }: PushedClient): ClientLimits {
  return {
    ...(rateLimitKBps > 0 && { rateBytesPerSecond: rateLimitKBps * 1024 }),
    ...(flowLimitMB > 0 && { quotaBytes: flowLimitMB * 1024 * 1024 }),
    ...(maxConnections > 0 && { maxConnections }),
  }
}
