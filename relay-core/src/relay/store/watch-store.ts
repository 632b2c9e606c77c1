import type { Watch, WatchWish } from '../../api/webhook/watch-models.ts'
import type { StateFile } from './state-file.ts'
import { StoredRow } from './stored-row.ts'

/** What the relay is to tell once, in the state file. Those of a removed client go with it. */
export class WatchStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  list(): Watch[] {
    return this.#database.prepare('select * from watches order by id').all().map(fromRow)
  }

  add({ clientId, wish, expiresAtMs }: Omit<Watch, 'id'>): Watch {
    const { lastInsertRowid } = this.#database
      .prepare('insert into watches (client_id, wish, expires_at_ms) values (?, ?, ?)')
      .run(clientId, JSON.stringify(wish), expiresAtMs)
    return { id: Number(lastInsertRowid), clientId, wish, expiresAtMs }
  }

  remove(id: number): void {
    this.#database.prepare('delete from watches where id = ?').run(id)
  }
}

function fromRow(values: Record<string, unknown>): Watch {
  const row = new StoredRow('watches', values)
  return {
    id: row.integer('id'),
    clientId: row.integer('client_id'),
    wish: row.json<WatchWish>('wish'),
    expiresAtMs: row.integer('expires_at_ms'),
  }
}
