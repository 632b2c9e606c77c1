import type { AgentPresence, Client } from '../../api/client-models.ts'
import { RelayError } from '../../api/errors.ts'
import type { Listening } from '../../api/listening.ts'
import type { ClientLimits } from '../../api/limits.ts'
import type { Log } from '../../log/log.ts'
import type { Agents } from './agents.ts'
import { Signal } from '../../async/signals/signal.ts'
import {
  newVkey,
  type ClientChange,
  type ClientRecord,
  type ClientStore,
  type NewClient,
} from '../store/client-store.ts'
import { bytesOfMonth } from '../store/stored-month.ts'
import type { TunnelStore } from '../store/tunnel-store.ts'

export interface ClientRegistryOptions {
  clients: ClientStore
  tunnels: TunnelStore
  agents: Agents
  /** What is open for each client now. */
  use: {
    connections(clientId: number): number
    unsaved(clientId: number): { downBytes: number; upBytes: number }
    setLimits(clientId: number, limits: ClientLimits): void
    remove(clientId: number): void
  }
  log: Log
  now: () => number
}

/** More is a mistake or an attack, not a lab. */
const maxClients = 10_000

/** The relay's clients: what is stored about them and whether their agents are online. */
export class ClientRegistry {
  readonly changed = new Signal()
  readonly #options: ClientRegistryOptions
  readonly #online = new Set<number>()
  /** By client: when its agent was last seen, unless that is stored already. */
  readonly #lastSeenMs = new Map<number, number>()
  readonly #subscription: Disposable

  constructor(options: ClientRegistryOptions) {
    this.#options = options
    this.#subscription = options.agents.onChange((clientId) => {
      this.#note(clientId)
      this.changed.emit()
    })
  }

  list(): Client[] {
    const counts = new Map<number, number>()
    for (const { clientId } of this.#options.tunnels.list()) {
      counts.set(clientId, (counts.get(clientId) ?? 0) + 1)
    }
    return this.#options.clients.list().map((record) => this.#view(record, counts.get(record.id) ?? 0))
  }

  get(id: number): Client {
    const record = this.record(id)
    const tunnelCount = this.#options.tunnels.list().filter(({ clientId }) => clientId === id).length
    return this.#view(record, tunnelCount)
  }

  /** @throws RelayError `not-found` */
  record(id: number): ClientRecord {
    return this.#options.clients.record(id)
  }

  /** What listens on its lab box. Rejects with `not-found`, `agent-offline`, or as `askListening`. */
  async listening(id: number, options: { signal: AbortSignal }): Promise<Listening> {
    this.record(id)
    const session = this.#options.agents.get(id)
    if (session) {
      // Its grammar is a package's, which would cost an idle relay memory.
      const { askListening } = await import('./ask-listening.ts')
      return await askListening(session, options)
    }
    throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  }

  /** For the handshake: the account that an announced key id belongs to, disabled ones too. */
  find(keyId: string): ClientRecord | undefined {
    return this.#options.clients.findByKeyId(keyId)
  }

  add({ vkey = newVkey(), ...wanted }: Omit<NewClient, 'vkey'> & { vkey?: string | undefined }): Client {
    if (this.#options.clients.list().length >= maxClients) {
      throw new RelayError(
        'limit-reached',
        `A relay keeps at most ${maxClients} clients. Remove some first.`,
        {
          limit: maxClients,
        },
      )
    }
    const record = this.#options.clients.add({ ...wanted, vkey }, this.#options.now())
    this.#options.log.info('client added', { client: record.id, name: record.name })
    this.changed.emit()
    return this.#view(record, 0)
  }

  /** Limits take effect at once; settings of the stock protocol when the agent connects next. */
  edit(id: number, change: ClientChange): Client {
    const { name, settings, limits } = this.record(id)
    const after = {
      name: change.name ?? name,
      settings: change.settings ?? settings,
      limits: change.limits ?? limits,
    }
    this.#options.clients.update(id, after)
    this.#options.use.setLimits(id, after.limits)
    this.#options.log.info('client edited', { client: id, name: after.name })
    this.changed.emit()
    return this.get(id)
  }

  /** Disabling ends the agent's connection; its tunnels stay, but serve nobody. */
  setEnabled(id: number, enabled: boolean): Client {
    this.record(id)
    this.#options.clients.setEnabled(id, enabled)
    if (!enabled) this.#options.agents.end(id, 'disabled')
    this.#options.log.info(enabled ? 'client enabled' : 'client disabled', { client: id })
    this.changed.emit()
    return this.get(id)
  }

  /** The caller has already removed its tunnels. */
  remove(id: number): void {
    this.record(id)
    this.#options.clients.remove(id)
    this.#options.agents.end(id, 'removed')
    this.#options.use.remove(id)
    this.#online.delete(id)
    this.#lastSeenMs.delete(id)
    this.#options.log.info('client removed', { client: id })
    this.changed.emit()
  }

  /** Notes, in memory, who is online now. */
  noteOnline(): void {
    for (const id of this.#online) this.#note(id)
  }

  /** By client: when its agent was last online, unless that is stored already; `lastSeenSaved` reports that it is. */
  unsavedLastSeen(): ReadonlyMap<number, number> {
    return this.#lastSeenMs
  }

  lastSeenSaved(): void {
    this.#lastSeenMs.clear()
  }

  close(): void {
    this.#subscription[Symbol.dispose]()
  }

  #note(id: number): void {
    const online = this.#options.agents.state(id).state === 'online'
    if (online || this.#online.has(id)) this.#lastSeenMs.set(id, this.#options.now())
    if (online) this.#online.add(id)
    else this.#online.delete(id)
  }

  #view(record: ClientRecord, tunnelCount: number): Client {
    const { id, name, vkey, enabled, createdAtMs, lastSeenMs, settings, limits, temporaryFrom } = record
    const live = this.#options.agents.state(id)
    const agent: AgentPresence =
      live.state === 'online'
        ? live
        : { ...live, sinceMs: live.sinceMs ?? this.#lastSeenMs.get(id) ?? lastSeenMs }
    const { use } = this.#options
    const unsaved = use.unsaved(id)
    return {
      id,
      name,
      vkey,
      enabled,
      createdAtMs,
      agent,
      tunnelCount,
      isTemporary: temporaryFrom !== null,
      settings,
      limits,
      connections: use.connections(id),
      downBytes: record.downBytes + unsaved.downBytes,
      upBytes: record.upBytes + unsaved.upBytes,
      monthBytes: bytesOfMonth(record.month, this.#options.now()) + unsaved.downBytes + unsaved.upBytes,
    }
  }
}
