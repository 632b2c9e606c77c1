import { createHmac, randomBytes } from 'node:crypto'
import { RelayError } from '../../api/errors.ts'
import type { ClientLimits } from '../../api/limits.ts'
import type { ClientSettings } from '../../api/tunnel-settings.ts'
import type { StateFile } from './state-file.ts'
import { noMonth, type StoredMonth } from './stored-month.ts'
import { StoredRow } from './stored-row.ts'

export interface ClientRecord {
  readonly id: number
  readonly name: string
  readonly vkey: string
  readonly enabled: boolean
  readonly createdAtMs: number
  /** When its agent was last online; null for never. */
  readonly lastSeenMs: number | null
  readonly settings: ClientSettings
  readonly limits: ClientLimits
  /** Through all its tunnels since creation, removed ones too, up to the last saved minute. */
  readonly downBytes: number
  readonly upBytes: number
  readonly month: StoredMonth
  /** The address from which an agent with the public key made it; null for one that lasts. */
  readonly temporaryFrom: string | null
}

/** In addition to what can be changed. */
export interface NewClient extends ClientChange {
  readonly name: string
  readonly vkey: string
  readonly temporaryFrom?: string | null | undefined
}

/** What a person may set in addition to the key. */
export interface ClientChange {
  readonly name?: string | undefined
  readonly settings?: ClientSettings | undefined
  readonly limits?: ClientLimits | undefined
}

/** The accounts of lab boxes, in the state file. */
export class ClientStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  list(): ClientRecord[] {
    return this.#database.prepare('select * from clients order by id').all().map(fromRow)
  }

  get(id: number): ClientRecord | undefined {
    const row = this.#database.prepare('select * from clients where id = ?').get(id)
    return row && fromRow(row)
  }

  /** @throws RelayError `not-found` */
  record(id: number): ClientRecord {
    const record = this.get(id)
    if (!record) {
      throw new RelayError('not-found', `There is no client ${id}. "nps client list" shows all.`, {
        what: 'client',
        id,
      })
    }
    return record
  }

  /** By the name under which a key is announced on the wire, see `keyIdOf`. */
  findByKeyId(keyId: string): ClientRecord | undefined {
    const row = this.#database.prepare('select * from clients where key_id = ?').get(keyId)
    return row && fromRow(row)
  }

  /** @throws RelayError `already-exists` when another client has this key. */
  add(
    { name, vkey, settings = {}, limits = {}, temporaryFrom = null }: NewClient,
    nowMs: number,
  ): ClientRecord {
    if (this.findByKeyId(keyIdOf(vkey))) {
      throw new RelayError('already-exists', 'Another client has this key already. Choose another one.', {
        what: 'vkey',
      })
    }
    const { lastInsertRowid } = this.#database
      .prepare(
        `insert into clients (name, vkey, key_id, created_at_ms, settings, limits, temporary_from)
         values (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(name, vkey, keyIdOf(vkey), nowMs, JSON.stringify(settings), JSON.stringify(limits), temporaryFrom)
    return {
      id: Number(lastInsertRowid),
      name,
      vkey,
      enabled: true,
      createdAtMs: nowMs,
      lastSeenMs: null,
      settings,
      limits,
      downBytes: 0,
      upBytes: 0,
      month: noMonth,
      temporaryFrom,
    }
  }

  update(id: number, { name, settings, limits }: Pick<ClientRecord, 'name' | 'settings' | 'limits'>): void {
    this.#database
      .prepare('update clients set name = ?, settings = ?, limits = ? where id = ?')
      .run(name, JSON.stringify(settings), JSON.stringify(limits), id)
  }

  /** The previous key is invalid from now on. */
  setVkey(id: number, vkey: string): void {
    this.#database
      .prepare('update clients set vkey = ?, key_id = ? where id = ?')
      .run(vkey, keyIdOf(vkey), id)
  }

  setEnabled(id: number, enabled: boolean): void {
    this.#database.prepare('update clients set enabled = ? where id = ?').run(enabled ? 1 : 0, id)
  }

  setLastSeen(id: number, atMs: number): void {
    this.#database.prepare('update clients set last_seen_ms = ? where id = ?').run(atMs, id)
  }

  remove(id: number): void {
    this.#database.prepare('delete from clients where id = ?').run(id)
  }
}

/** 32 characters of 62: 190 bits. */
export function newVkey(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let key = ''
  while (key.length < 32) {
    // 248 = 4 × 62: larger bytes would prefer the first letters.
    for (const byte of randomBytes(48)) if (byte < 248 && key.length < 32) key += alphabet[byte % 62]
  }
  return key
}

/** How an agent names its key without showing it (relay-core/spec/wire.md). */
export function keyIdOf(vkey: string): string {
  return createHmac('sha256', vkey).update('nps-desktop key id').digest().subarray(0, 16).toString('hex')
}

function fromRow(values: Record<string, unknown>): ClientRecord {
  const row = new StoredRow('clients', values)
  return {
    id: row.integer('id'),
    name: row.text('name'),
    vkey: row.text('vkey'),
    enabled: row.isOn('enabled'),
    createdAtMs: row.integer('created_at_ms'),
    lastSeenMs: row.integerOrNull('last_seen_ms'),
    settings: row.json('settings'),
    limits: row.json('limits'),
    downBytes: row.integer('down_bytes'),
    upBytes: row.integer('up_bytes'),
    month: { startMs: row.integer('month_start_ms'), bytes: row.integer('month_bytes') },
    temporaryFrom: row.textOrNull('temporary_from'),
  }
}
