import type { Limits } from '../../api/limits.ts'
import type { TunnelMode } from '../../api/tunnel-modes.ts'
import type { TunnelSettings } from '../../api/tunnel-settings.ts'
import type { StateFile } from './state-file.ts'
import { noMonth, type StoredMonth } from './stored-month.ts'
import { StoredRow } from './stored-row.ts'

export interface TunnelRecord {
  readonly id: number
  readonly clientId: number
  readonly name: string
  readonly mode: TunnelMode
  /** On the server; null in the modes that have no port of their own. */
  readonly port: number | null
  readonly target: string
  readonly settings: TunnelSettings
  readonly limits: Limits
  /** `agent` for what its npc brought; null for what a person made. */
  readonly pushedBy: 'agent' | null
  readonly enabled: boolean
  readonly createdAtMs: number
  /** Since creation, up to the last saved minute. */
  readonly downBytes: number
  readonly upBytes: number
  readonly month: StoredMonth
}

export type NewTunnelRecord = Pick<TunnelRecord, 'clientId' | 'name' | 'mode' | 'port' | 'target'> &
  Partial<Pick<TunnelRecord, 'settings' | 'limits' | 'pushedBy'>>

/** The tunnels in the state file. */
export class TunnelStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  /**
   * Changes nothing. For work that would end connections before its write can be refused, and that is repeated meanwhile.
   * @throws RelayError `state-locked` while another program holds the file
   */
  checkLock(): void {
    this.#database.transaction(() => undefined)
  }

  list(): TunnelRecord[] {
    return this.#database.prepare('select * from tunnels order by id').all().map(fromRow)
  }

  get(id: number): TunnelRecord | undefined {
    const row = this.#database.prepare('select * from tunnels where id = ?').get(id)
    return row && fromRow(row)
  }

  /** The port must be free among the stored tunnels of its kind. */
  add(
    { clientId, name, mode, port, target, settings = {}, limits = {}, pushedBy = null }: NewTunnelRecord,
    nowMs: number,
  ): TunnelRecord {
    const { lastInsertRowid } = this.#database
      .prepare(
        `insert into tunnels (client_id, name, mode, port, target, settings, limits, pushed_by, created_at_ms)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        clientId,
        name,
        mode,
        port,
        target,
        JSON.stringify(settings),
        JSON.stringify(limits),
        pushedBy,
        nowMs,
      )
    return {
      id: Number(lastInsertRowid),
      clientId,
      name,
      mode,
      port,
      target,
      settings,
      limits,
      pushedBy,
      enabled: true,
      createdAtMs: nowMs,
      downBytes: 0,
      upBytes: 0,
      month: noMonth,
    }
  }

  update(
    id: number,
    {
      name,
      mode,
      port,
      target,
      settings,
      limits,
    }: Pick<TunnelRecord, 'name' | 'mode' | 'port' | 'target' | 'settings' | 'limits'>,
  ): void {
    this.#database
      .prepare(
        'update tunnels set name = ?, mode = ?, port = ?, target = ?, settings = ?, limits = ? where id = ?',
      )
      .run(name, mode, port, target, JSON.stringify(settings), JSON.stringify(limits), id)
  }

  setEnabled(id: number, enabled: boolean): void {
    this.#database.prepare('update tunnels set enabled = ? where id = ?').run(enabled ? 1 : 0, id)
  }

  remove(id: number): void {
    this.#database.prepare('delete from tunnels where id = ?').run(id)
  }
}

function fromRow(values: Record<string, unknown>): TunnelRecord {
  const row = new StoredRow('tunnels', values)
  return {
    id: row.integer('id'),
    clientId: row.integer('client_id'),
    name: row.text('name'),
    // One that this version does not know is kept: it is shown, and refused by its name when it is opened.
    mode: row.text('mode') as TunnelMode,
    port: row.integerOrNull('port'),
    target: row.text('target'),
    settings: row.json('settings'),
    limits: row.json('limits'),
    pushedBy: row.textOrNull('pushed_by') === 'agent' ? 'agent' : null,
    enabled: row.isOn('enabled'),
    createdAtMs: row.integer('created_at_ms'),
    downBytes: row.integer('down_bytes'),
    upBytes: row.integer('up_bytes'),
    month: { startMs: row.integer('month_start_ms'), bytes: row.integer('month_bytes') },
  }
}
