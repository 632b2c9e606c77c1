import type { StateFile } from './state-file.ts'
import { StoredRow } from './stored-row.ts'

export interface PassRecord {
  readonly id: number
  readonly tunnelId: number
  readonly name: string
  /** Of a line; null for a pass of an address. */
  readonly secret: string | null
  readonly address: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly firstUsedAtMs: number | null
  readonly lastUsedAtMs: number | null
  readonly lastAddress: string | null
  /** Both directions together, up to the last save. */
  readonly bytes: number
}

export type NewPassRecord = Pick<PassRecord, 'tunnelId' | 'name' | 'secret' | 'address' | 'expiresAtMs'>

/** What changes while a pass is used. */
export type PassUse = Pick<PassRecord, 'id' | 'firstUsedAtMs' | 'lastUsedAtMs' | 'lastAddress' | 'bytes'>

/** The guest passes in the state file. Those of a removed tunnel go with it. */
export class PassStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  list(): PassRecord[] {
    return this.#database.prepare('select * from guest_passes order by id').all().map(fromRow)
  }

  add({ tunnelId, name, secret, address, expiresAtMs }: NewPassRecord, nowMs: number): PassRecord {
    const { lastInsertRowid } = this.#database
      .prepare(
        `insert into guest_passes (tunnel_id, name, secret, address, created_at_ms, expires_at_ms)
         values (?, ?, ?, ?, ?, ?)`,
      )
      .run(tunnelId, name, secret, address, nowMs, expiresAtMs)
    const unused = { firstUsedAtMs: null, lastUsedAtMs: null, lastAddress: null, bytes: 0 }
    const id = Number(lastInsertRowid)
    return { ...unused, id, tunnelId, name, secret, address, createdAtMs: nowMs, expiresAtMs }
  }

  /** One that is revoked and then restored comes back with its number; it may still be there when the state could not be written. */
  putBack(pass: PassRecord): void {
    this.#database
      .prepare(
        `insert or replace into guest_passes (id, tunnel_id, name, secret, address, created_at_ms, expires_at_ms,
           first_used_at_ms, last_used_at_ms, last_address, bytes) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...([pass.id, pass.tunnelId, pass.name, pass.secret, pass.address, pass.createdAtMs] as const),
        ...([pass.expiresAtMs, pass.firstUsedAtMs, pass.lastUsedAtMs, pass.lastAddress, pass.bytes] as const),
      )
  }

  setUse({ id, firstUsedAtMs, lastUsedAtMs, lastAddress, bytes }: PassUse): void {
    this.#database
      .prepare(
        `update guest_passes set first_used_at_ms = ?, last_used_at_ms = ?, last_address = ?, bytes = ? where id = ?`,
      )
      .run(firstUsedAtMs, lastUsedAtMs, lastAddress, bytes, id)
  }

  remove(id: number): void {
    this.#database.prepare('delete from guest_passes where id = ?').run(id)
  }
}

function fromRow(values: Record<string, unknown>): PassRecord {
  const row = new StoredRow('guest_passes', values)
  return {
    id: row.integer('id'),
    tunnelId: row.integer('tunnel_id'),
    name: row.text('name'),
    secret: row.textOrNull('secret'),
    address: row.textOrNull('address'),
    createdAtMs: row.integer('created_at_ms'),
    expiresAtMs: row.integer('expires_at_ms'),
    firstUsedAtMs: row.integerOrNull('first_used_at_ms'),
    lastUsedAtMs: row.integerOrNull('last_used_at_ms'),
    lastAddress: row.textOrNull('last_address'),
    bytes: row.integer('bytes'),
  }
}
