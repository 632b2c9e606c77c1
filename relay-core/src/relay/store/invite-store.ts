import { createHash } from 'node:crypto'
import type { StateFile } from './state-file.ts'
import { StoredRow } from './stored-row.ts'

export interface InviteRecord {
  readonly codeHash: string
  readonly clientId: number
  /** The server's name as the creator of the invite knows it. */
  readonly host: string
  readonly expiresAtMs: number
  /** When the program was first fetched with this code. */
  readonly fetchedAtMs: number | null
  /** The network that the script, which holds the client's key, was last fetched from. */
  readonly fetchedFrom: string | null
  /** How often the script was fetched. */
  readonly fetches: number
}

/** One-time codes in the state file; only their hashes, so that a copy of the file is useless as an invite. */
export class InviteStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  add(code: string, clientId: number, host: string, expiresAtMs: number): void {
    this.#database
      .prepare('insert into invites (code_hash, client_id, host, expires_at_ms) values (?, ?, ?, ?)')
      .run(hashOf(code), clientId, host, expiresAtMs)
  }

  find(code: string): InviteRecord | undefined {
    const row = this.#database.prepare('select * from invites where code_hash = ?').get(hashOf(code))
    return row && fromRow(row)
  }

  list(): InviteRecord[] {
    return this.#database.prepare('select * from invites').all().map(fromRow)
  }

  setFetched(codeHash: string, atMs: number): void {
    this.#database
      .prepare('update invites set fetched_at_ms = coalesce(fetched_at_ms, ?) where code_hash = ?')
      .run(atMs, codeHash)
  }

  /** The script was fetched once more. */
  countFetch(codeHash: string, network: string): void {
    this.#database
      .prepare('update invites set fetches = fetches + 1, fetched_from = ? where code_hash = ?')
      .run(network, codeHash)
  }

  remove(codeHash: string): void {
    this.#database.prepare('delete from invites where code_hash = ?').run(codeHash)
  }

  removeExpired(nowMs: number): void {
    this.#database.prepare('delete from invites where expires_at_ms <= ?').run(nowMs)
  }
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}

function fromRow(values: Record<string, unknown>): InviteRecord {
  const row = new StoredRow('invites', values)
  return {
    codeHash: row.text('code_hash'),
    clientId: row.integer('client_id'),
    host: row.text('host'),
    expiresAtMs: row.integer('expires_at_ms'),
    fetchedAtMs: row.integerOrNull('fetched_at_ms'),
    fetchedFrom: row.textOrNull('fetched_from'),
    fetches: row.integer('fetches'),
  }
}
