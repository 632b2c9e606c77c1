import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import { RelayError } from '../../../api/errors.ts'
import type { Log } from '../../../log/log.ts'
import { bytesOfMonth, type StoredMonth } from '../../store/stored-month.ts'
import type { StoredTrafficPoint } from '../../store/traffic-store.ts'
import type { TunnelRecord, TunnelStore } from '../../store/tunnel-store.ts'
import { TrafficLedger } from '../../traffic/traffic-ledger.ts'
import type { OpenTunnels } from './open-tunnels.ts'
import { checkSettings } from './readable-settings.ts'
import type { TunnelRules } from './tunnel-rules.ts'

export interface StoredOpeningsOptions {
  readonly store: TunnelStore
  readonly tunnels: OpenTunnels
  readonly rules: TunnelRules
  readonly log: Log
  readonly now: () => number
}

/** Opens stored tunnels and closes them, and keeps the books of what has flowed meanwhile. */
export class StoredOpenings {
  readonly #options: StoredOpeningsOptions
  readonly #ledger: TrafficLedger

  constructor(options: StoredOpeningsOptions) {
    this.#options = options
    this.#ledger = new TrafficLedger(options.tunnels)
    // Not for one that was removed: it has no totals.
    options.tunnels.late.subscribe((id, clientId, direction, bytes) => {
      if (options.store.get(id)) this.#ledger.late(id, clientId, direction, bytes)
    })
  }

  isOpen(id: number): boolean {
    return this.#ledger.isOpen(id)
  }

  /** Opens it, or changes it while it is open. Rejects as `OpenTunnels.open` or `checkSettings` does, or with `host-not-allowed`. */
  async open(record: TunnelRecord): Promise<void> {
    const { id, name, clientId, mode, port, target, settings, limits, month, ...used } = record
    checkSettings(`tunnel "${name}"`, settings)
    this.#options.rules.checkHost(record)
    const unsaved = this.#ledger.unsaved(id)
    const usedBytes = used.downBytes + used.upBytes + unsaved.downBytes + unsaved.upBytes
    const monthBytes = this.#monthBytes(month, unsaved)
    const spec = { id, name, clientId, mode, port, target, settings, limits, usedBytes, monthBytes }
    await this.#options.tunnels.open(spec)
    if (!this.#ledger.isOpen(id)) this.#ledger.opened(id, clientId)
  }

  /** One that cannot be opened is shown with the reason. */
  async tryOpen(record: TunnelRecord): Promise<void> {
    const before = this.#options.tunnels.status(record.id)
    try {
      await this.open(record)
      this.#options.log.info('tunnel listening', { tunnel: record.id, port: record.port })
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      await this.#options.tunnels.refuse(record.id, error)
      if (before.state === 'failed' && before.failure.code === error.code) return
      this.#options.log.warn('tunnel not listening', { tunnel: record.id, code: error.code, reason: error })
    }
  }

  /** An open tunnel that an agent brought gives way, and is shown with the reason. */
  async closeRivals(): Promise<void> {
    const { store, rules, tunnels, log } = this.#options
    for (const record of store.list()) {
      if (!tunnels.isOpen(record.id)) continue
      try {
        rules.checkHost(record)
      } catch (error) {
        if (!(error instanceof RelayError)) throw error
        this.#ledger.closing(record.id)
        await tunnels.refuse(record.id, error)
        log.warn('pushed tunnel closed', { tunnel: record.id, code: error.code, reason: error })
      }
    }
  }

  /** Ends its connections too. */
  async close(id: number): Promise<void> {
    this.#ledger.closing(id)
    await this.#options.tunnels.close(id)
  }

  /** What is missing from the stored totals of a client. */
  unsavedOfClient(clientId: number): { downBytes: number; upBytes: number } {
    return this.#ledger.unsavedOfClient(clientId)
  }

  /** What has flowed and is not stored yet; `pointsSaved` reports that it is. */
  unsavedPoints(): StoredTrafficPoint[] {
    return this.#ledger.points(this.#options.now())
  }

  pointsSaved(): void {
    this.#ledger.stored()
  }

  /** As the API shows it. */
  view(record: TunnelRecord): RelayTunnel {
    const { id, clientId, name, mode, port, target, settings, limits, pushedBy, enabled, createdAtMs } =
      record
    const unsaved = this.#ledger.unsaved(id)
    return {
      id,
      clientId,
      name,
      mode,
      port,
      target,
      downTargets: this.#options.tunnels.downTargets(id),
      settings,
      limits,
      pushedBy,
      enabled,
      createdAtMs,
      status: enabled ? this.#options.tunnels.status(id) : { state: 'stopped' },
      connections: this.#options.tunnels.counters(id).connections,
      downBytes: record.downBytes + unsaved.downBytes,
      upBytes: record.upBytes + unsaved.upBytes,
      monthBytes: this.#monthBytes(record.month, unsaved),
    }
  }

  /** Nearly all that is not stored yet is of this month, as it is stored each minute. */
  #monthBytes(month: StoredMonth, unsaved: { downBytes: number; upBytes: number }): number {
    return bytesOfMonth(month, this.#options.now()) + unsaved.downBytes + unsaved.upBytes
  }
}
