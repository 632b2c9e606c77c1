import type { Connection, ProbeResult, Tunnel } from '../api/models.ts'
import { RelayError } from '../api/errors.ts'
import type { PortRanges } from '../config/port-ranges.ts'
import type { Log } from '../log.ts'
import { ChangeSignal } from './change-signal.ts'
import { checkPortAllowed, findFreePort, type PortChoice } from './port-choice.ts'
import type { TrafficDelta } from './store/traffic.ts'
import type { NewTunnel, TunnelRecord, TunnelStore } from './store/tunnels.ts'
import { TrafficLedger } from './traffic-ledger.ts'
import { parseHostPort } from '../transport/host-port.ts'
import type { Tunnels } from './tunnels/tunnels.ts'

export interface TunnelRegistryOptions {
  store: TunnelStore
  tunnels: Tunnels
  /** The address tunnels listen on; undefined: every address. */
  host: string | undefined
  allowPorts: () => PortRanges
  log: Log
  now: () => number
}

/** More is a mistake or an attack, not a lab. */
const mostTunnels = 10_000

/** The relay's tunnels: what is stored about them, and whether they listen. */
export class TunnelRegistry {
  readonly changed = new ChangeSignal()
  readonly #options: TunnelRegistryOptions
  readonly #ledger: TrafficLedger
  /** Changes happen one after the other, so that a start and a stop never cross. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: TunnelRegistryOptions) {
    this.#options = options
    this.#ledger = new TrafficLedger(options.tunnels)
  }

  /** Opens what is switched on; one that fails is shown as failed and tried again by `retryFailed`. */
  async openAll(): Promise<void> {
    await this.#exclusive(async () => {
      for (const record of this.#options.store.list()) if (record.enabled) await this.#tryOpen(record)
    })
    this.changed.emit()
  }

  /** A port that another program has given back opens by itself. */
  async retryFailed(): Promise<void> {
    const failed = this.list().filter(({ status }) => status.state === 'failed')
    if (failed.length === 0) return
    await this.#exclusive(async () => {
      for (const { id } of failed) {
        const record = this.#options.store.get(id)
        if (record?.enabled) await this.#tryOpen(record)
      }
    })
    this.changed.emit()
  }

  list(): Tunnel[] {
    return this.#options.store.list().map((record) => this.#view(record))
  }

  get(id: number): Tunnel {
    return this.#view(this.#record(id))
  }

  /** Without `port` the next free allowed one is taken. Listens when it answers. */
  add(
    wanted: Omit<NewTunnel, 'port' | 'name'> & { name?: string | undefined; port?: number | undefined },
  ): Promise<Tunnel> {
    return this.#changing(async () => {
      if (this.#options.store.list().length >= mostTunnels) {
        throw new RelayError(
          'limit-reached',
          `A relay keeps at most ${mostTunnels} tunnels. Remove some first.`,
          {
            limit: mostTunnels,
          },
        )
      }
      const port = wanted.port ?? (await findFreePort(this.#choice()))
      checkPortAllowed(port, this.#choice())
      const { clientId, mode, target } = wanted
      parseHostPort(target, 'target')
      const record = this.#options.store.add(
        { clientId, mode, target, port, name: wanted.name ?? `${mode} ${port}` },
        this.#options.now(),
      )
      try {
        await this.#open(record)
      } catch (error) {
        this.#options.store.remove(record.id)
        await this.#options.tunnels.close(record.id)
        throw error
      }
      this.#options.log.info('tunnel added', { tunnel: record.id, client: clientId, port, target })
      return this.#view(record)
    })
  }

  /** A changed port ends the open connections, a changed target counts for new ones; a refused change changes nothing. */
  edit(
    id: number,
    change: { name?: string | undefined; port?: number | undefined; target?: string | undefined },
  ): Promise<Tunnel> {
    return this.#changing(async () => {
      const before = this.#record(id)
      const after = {
        ...before,
        name: change.name ?? before.name,
        port: change.port ?? before.port,
        target: change.target ?? before.target,
      }
      parseHostPort(after.target, 'target')
      if (after.port !== before.port) checkPortAllowed(after.port, this.#choice())
      if (before.enabled) await this.#open(after)
      this.#options.store.update(id, after)
      this.#options.log.info('tunnel edited', { tunnel: id, port: after.port, target: after.target })
      return this.get(id)
    })
  }

  start(id: number): Promise<Tunnel> {
    return this.#changing(async () => {
      const record = this.#record(id)
      await this.#open(record)
      this.#options.store.setEnabled(id, true)
      this.#options.log.info('tunnel started', { tunnel: id, port: record.port })
      return this.get(id)
    })
  }

  /** Ends its connections too. */
  stop(id: number): Promise<Tunnel> {
    return this.#changing(async () => {
      this.#record(id)
      this.#options.store.setEnabled(id, false)
      await this.#close(id)
      this.#options.log.info('tunnel stopped', { tunnel: id })
      return this.get(id)
    })
  }

  remove(id: number): Promise<void> {
    return this.#changing(async () => {
      this.#record(id)
      await this.#close(id)
      this.#options.store.remove(id)
      this.#options.log.info('tunnel removed', { tunnel: id })
    })
  }

  async removeOfClient(clientId: number): Promise<void> {
    for (const tunnel of this.#options.store.list())
      if (tunnel.clientId === clientId) await this.remove(tunnel.id)
  }

  probe(id: number, options: { signal: AbortSignal }): Promise<ProbeResult> {
    this.#record(id)
    return this.#options.tunnels.probe(id, options)
  }

  connections(id: number): Connection[] {
    this.#record(id)
    return this.#options.tunnels.connections(id)
  }

  /** What has flowed since the last call; whoever takes it stores it. */
  takeDeltas(): TrafficDelta[] {
    return this.#ledger.take()
  }

  #changing<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusive(async () => {
      try {
        return await work()
      } finally {
        this.changed.emit()
      }
    })
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #open({ id, clientId, mode, port, target }: TunnelRecord): Promise<void> {
    await this.#options.tunnels.open({ id, clientId, mode, port, target })
    if (!this.#ledger.isOpen(id)) this.#ledger.opened(id)
  }

  async #tryOpen(record: TunnelRecord): Promise<void> {
    const before = this.#options.tunnels.status(record.id)
    try {
      await this.#open(record)
      this.#options.log.info('tunnel listening', { tunnel: record.id, port: record.port })
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      if (before.state === 'failed' && before.failure.code === error.code) return
      this.#options.log.warn('tunnel not listening', { tunnel: record.id, code: error.code, reason: error })
    }
  }

  async #close(id: number): Promise<void> {
    this.#ledger.closing(id)
    await this.#options.tunnels.close(id)
  }

  #choice(): PortChoice {
    const { allowPorts, host, store } = this.#options
    return { allowed: allowPorts(), host, taken: new Map(store.list().map(({ port, name }) => [port, name])) }
  }

  #record(id: number): TunnelRecord {
    const record = this.#options.store.get(id)
    if (!record) {
      throw new RelayError('not-found', `There is no tunnel ${id}. "nps tunnel list" shows all.`, {
        what: 'tunnel',
        id,
      })
    }
    return record
  }

  #view(record: TunnelRecord): Tunnel {
    const { id, clientId, name, mode, port, target, enabled, createdAtMs } = record
    const unsaved = this.#ledger.unsaved(id)
    return {
      id,
      clientId,
      name,
      mode,
      port,
      target,
      enabled,
      createdAtMs,
      status: enabled ? this.#options.tunnels.status(id) : { state: 'stopped' },
      connections: this.#options.tunnels.counters(id).connections,
      downBytes: record.downBytes + unsaved.downBytes,
      upBytes: record.upBytes + unsaved.upBytes,
    }
  }
}
