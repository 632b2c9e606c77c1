import type { DatabaseSync } from 'node:sqlite'

export interface TunnelRecord {
  readonly id: number
  readonly clientId: number
  readonly name: string
  readonly mode: 'tcp'
  /** On the server. */
  readonly port: number
  readonly target: string
  readonly enabled: boolean
  readonly createdAtMs: number
  /** Since creation, up to the last saved minute. */
  readonly downBytes: number
  readonly upBytes: number
}

export type NewTunnel = Pick<TunnelRecord, 'clientId' | 'name' | 'mode' | 'port' | 'target'>

/** The tunnels in the state file. */
export class TunnelStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  list(): TunnelRecord[] {
    return this.#database.prepare('select * from tunnels order by id').all().map(fromRow)
  }

  get(id: number): TunnelRecord | undefined {
    const row = this.#database.prepare('select * from tunnels where id = ?').get(id)
    return row && fromRow(row)
  }

  findByPort(port: number): TunnelRecord | undefined {
    const row = this.#database.prepare('select * from tunnels where port = ?').get(port)
    return row && fromRow(row)
  }

  /** The port must be free among the stored tunnels. */
  add(tunnel: NewTunnel, nowMs: number): TunnelRecord {
    const { lastInsertRowid } = this.#database
      .prepare(
        'insert into tunnels (client_id, name, mode, port, target, created_at_ms) values (?, ?, ?, ?, ?, ?)',
      )
      .run(tunnel.clientId, tunnel.name, tunnel.mode, tunnel.port, tunnel.target, nowMs)
    return {
      ...tunnel,
      id: Number(lastInsertRowid),
      enabled: true,
      createdAtMs: nowMs,
      downBytes: 0,
      upBytes: 0,
    }
  }

  update(id: number, { name, port, target }: Pick<TunnelRecord, 'name' | 'port' | 'target'>): void {
    this.#database
      .prepare('update tunnels set name = ?, port = ?, target = ? where id = ?')
      .run(name, port, target, id)
  }

  setEnabled(id: number, enabled: boolean): void {
    this.#database.prepare('update tunnels set enabled = ? where id = ?').run(enabled ? 1 : 0, id)
  }

  remove(id: number): void {
    this.#database.prepare('delete from tunnels where id = ?').run(id)
  }
}

function fromRow(row: Record<string, unknown>): TunnelRecord {
  return {
    id: Number(row['id']),
    clientId: Number(row['client_id']),
    name: String(row['name']),
    mode: 'tcp',
    port: Number(row['port']),
    target: String(row['target']),
    enabled: row['enabled'] === 1,
    createdAtMs: Number(row['created_at_ms']),
    downBytes: Number(row['down_bytes']),
    upBytes: Number(row['up_bytes']),
  }
}
