import { Signal } from '../../../async/signals/signal.ts'
import type { Limits } from '../../../api/limits.ts'
import type { LegMeasurement, ProbeResult } from '../../../api/path-models.ts'
import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import type { Connection } from '../../../api/traffic-models.ts'
import { counterpartOf, type InterchangeableMode, type TunnelMode } from '../../../api/tunnel-modes.ts'
import type { TunnelSettings } from '../../../api/tunnel-settings.ts'
import { RelayError } from '../../../api/errors.ts'
import { withPassword } from '../private/private-settings.ts'
import type { StoredTrafficPoint } from '../../store/traffic-store.ts'
import type { NewTunnelRecord, TunnelRecord } from '../../store/tunnel-store.ts'
import { StoredOpenings, type StoredOpeningsOptions } from './stored-openings.ts'

/** The relay's tunnels: what is stored about them, and whether they listen. */
export class TunnelRegistry {
  readonly changed = new Signal()
  readonly #options: StoredOpeningsOptions
  readonly #openings: StoredOpenings
  /** Changes happen one after the other, so that a start and a stop never overlap. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: StoredOpeningsOptions) {
    this.#options = options
    this.#openings = new StoredOpenings(options)
  }

  /** Opens what is switched on; one that fails is shown as failed and tried again by `retryFailed`. */
  async openAll(): Promise<void> {
    await this.#exclusive(async () => {
      for (const record of this.#options.store.list())
        if (record.enabled && !this.#openings.isOpen(record.id)) await this.#openings.tryOpen(record)
    })
    this.changed.emit()
  }

  /** A port that another program has released is opened automatically. */
  async retryFailed(): Promise<void> {
    // One that is open and shown as failed has reached a limit, which trying again does not change.
    const { tunnels } = this.#options
    const failed = this.list().filter(({ id, status }) => status.state === 'failed' && !tunnels.isOpen(id))
    if (failed.length === 0) return
    await this.#exclusive(async () => {
      for (const { id } of failed) {
        const record = this.#options.store.get(id)
        if (record?.enabled) await this.#openings.tryOpen(record)
      }
    })
    this.changed.emit()
  }

  list(): RelayTunnel[] {
    return this.#options.store.list().map((record) => this.#openings.view(record))
  }

  get(id: number): RelayTunnel {
    return this.#openings.view(this.#record(id))
  }

  /** Without `port` the next free allowed one is taken, if the mode has one. It is listening when this fulfils. */
  add(
    wanted: Omit<NewTunnelRecord, 'port' | 'name' | 'settings' | 'limits'> & {
      name?: string | undefined
      port?: number | undefined
      settings?: TunnelSettings | undefined
      limits?: Limits | undefined
    },
  ): Promise<RelayTunnel> {
    return this.#changing(async () => {
      const { clientId, mode, target, name, limits = {}, pushedBy = null } = wanted
      const settings = withPassword(mode, wanted.settings ?? {})
      const { rules } = this.#options
      rules.checkRoom(clientId, pushedBy)
      rules.checkTarget(mode, target)
      const addOn = (port: number | null) =>
        this.#addOpen({
          clientId,
          mode,
          target,
          port,
          name: name ?? settings.host?.name.slice(0, 64) ?? (port === null ? mode : `${mode} ${port}`),
          settings,
          limits,
          pushedBy,
        })
      return this.#onPort(mode, wanted.port, addOn)
    })
  }

  /** Stores a tunnel once it listens; one that cannot is not kept. */
  async #addOpen(tunnel: NewTunnelRecord): Promise<RelayTunnel> {
    const { store, tunnels, log, now } = this.#options
    const record = store.add(tunnel, now())
    try {
      await this.#openings.closeRivals()
      await this.#openings.open(record)
    } catch (error) {
      store.remove(record.id)
      await tunnels.close(record.id)
      throw error
    }
    const { clientId, mode, port, target } = tunnel
    log.info('tunnel added', { tunnel: record.id, client: clientId, mode, port, target })
    return this.#openings.view(record)
  }

  /** Does `work` with the wanted port, or with the first free one that no other program takes in between. */
  async #onPort<T>(
    mode: TunnelMode,
    wanted: number | undefined,
    work: (port: number | null) => Promise<T>,
  ): Promise<T> {
    const lost = new Set<number>()
    for (;;) {
      const port = await this.#options.rules.choosePort(mode, wanted, lost)
      try {
        return await work(port)
      } catch (error) {
        const isLost = error instanceof RelayError && error.code === 'port-taken'
        if (!isLost || wanted !== undefined || port === null) throw error
        lost.add(port)
      }
    }
  }

  /** A changed port or target ends the open connections; a refused change changes nothing. */
  edit(
    id: number,
    change: {
      name?: string | undefined
      mode?: InterchangeableMode | undefined
      port?: number | undefined
      target?: string | undefined
      settings?: TunnelSettings | undefined
      limits?: Limits | undefined
    },
  ): Promise<RelayTunnel> {
    return this.#changing(async () => {
      const before = this.#record(id)
      const mode = change.mode ?? before.mode
      const counterpart = counterpartOf(before.mode)
      if (mode !== before.mode && mode !== counterpart) {
        const message =
          counterpart === undefined
            ? `A tunnel of the mode ${before.mode} stays one. Remove it, and add another.`
            : `A tunnel of the mode ${before.mode} can become ${counterpart} only. Remove it, and add another.`
        throw new RelayError('invalid-input', message, { what: 'mode' })
      }
      const after = {
        ...before,
        mode,
        name: change.name ?? before.name,
        target: change.target ?? before.target,
        settings: withPassword(mode, change.settings ?? before.settings, before.settings),
        limits: change.limits ?? before.limits,
      }
      const { rules, store, log } = this.#options
      rules.checkTarget(mode, after.target)
      rules.checkHost(after, 'all')
      store.checkLock()
      const changeOn = async (port: number | null) => {
        if (port !== null && port !== before.port) rules.checkPort(mode, port)
        if (before.enabled) await this.#openings.open({ ...after, port })
        try {
          store.update(id, { ...after, port })
        } catch (error) {
          if (before.enabled) await this.#openings.open(before)
          throw error
        }
        await this.#openings.closeRivals()
        log.info('tunnel edited', { tunnel: id, mode, port, target: after.target })
        return this.get(id)
      }
      if (mode !== before.mode) return this.#onPort(mode, change.port, changeOn)
      return changeOn(before.port === null ? null : (change.port ?? before.port))
    })
  }

  start(id: number): Promise<RelayTunnel> {
    return this.#changing(async () => {
      const record = this.#record(id)
      this.#options.store.checkLock()
      await this.#openings.open(record)
      try {
        this.#options.store.setEnabled(id, true)
      } catch (error) {
        if (!record.enabled) await this.#openings.close(id)
        throw error
      }
      this.#options.log.info('tunnel started', { tunnel: id, port: record.port })
      return this.get(id)
    })
  }

  /** Ends its connections too. */
  stop(id: number): Promise<RelayTunnel> {
    return this.#changing(async () => {
      this.#record(id)
      this.#options.store.setEnabled(id, false)
      await this.#openings.close(id)
      this.#options.log.info('tunnel stopped', { tunnel: id })
      return this.get(id)
    })
  }

  remove(id: number): Promise<void> {
    return this.#changing(async () => {
      this.#record(id)
      this.#options.store.remove(id)
      await this.#openings.close(id)
      this.#options.log.info('tunnel removed', { tunnel: id })
    })
  }

  /** What a client's agent may bring has changed. */
  reviewHosts(): Promise<void> {
    return this.#changing(() => this.#openings.closeRivals())
  }

  async removeOfClient(clientId: number): Promise<void> {
    for (const tunnel of this.#options.store.list())
      if (tunnel.clientId === clientId) await this.remove(tunnel.id)
  }

  probe(id: number, options: { signal: AbortSignal }): Promise<ProbeResult> {
    this.#record(id)
    return this.#options.tunnels.probe(id, options)
  }

  /** The way to the tunnel's lab box. Rejects with `agent-offline`, or as `measureAgent`. */
  async measure(id: number, options: { signal: AbortSignal }): Promise<LegMeasurement> {
    return this.#options.tunnels.measure(this.#record(id).clientId, options)
  }

  connections(id: number): Connection[] {
    this.#record(id)
    return this.#options.tunnels.connections(id)
  }

  /** See `StoredOpenings`. */
  unsavedOfClient(clientId: number): { downBytes: number; upBytes: number } {
    return this.#openings.unsavedOfClient(clientId)
  }

  unsavedPoints(): StoredTrafficPoint[] {
    return this.#openings.unsavedPoints()
  }

  pointsSaved(): void {
    this.#openings.pointsSaved()
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
}
