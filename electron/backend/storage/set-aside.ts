import { cut } from '@nps-desktop/relay-core/api'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { SetAside } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import { parseJson } from './file/parse-json.ts'
import type { StorageFile } from './file/storage-file.ts'

type RowsTable = 'servers' | 'labs' | 'tunnel_notes'

export interface SetAsideRow<Table extends string = RowsTable> {
  readonly table: Table
  readonly rowId: string
  readonly body: string
  readonly why: string
}

/** Rows that could not be read. They are kept, so that what they hold can still be looked up in the file. */
export interface SetAsideStore {
  list(): readonly SetAside[]
  /** Answers what was forgotten. */
  forget(id: number): { readonly kind: SetAside['kind']; readonly rowId: string } | null
}

const kinds: Readonly<Record<RowsTable, SetAside['kind']>> = {
  servers: 'server',
  labs: 'lab',
  tunnel_notes: 'tunnel',
}

const kind = z.enum(['server', 'lab', 'tunnel'])
const setAsideRow = z.object({ id: z.number().int(), kind, rowId: z.string(), body: z.string() })

const maxRows = 1_000

/** `migrate` has made the table. */
export function openSetAside(
  database: StorageFile,
  clock: Clock,
): SetAsideStore & { put(row: SetAsideRow): void } {
  const all = database.query('SELECT id, kind, row_id AS rowId, body FROM set_aside ORDER BY id', setAsideRow)
  const insert = database.prepare(
    'INSERT INTO set_aside (kind, row_id, body, why, at_ms) VALUES (?, ?, ?, ?, ?)',
  )
  const trim = database.prepare('DELETE FROM set_aside WHERE id <= ? - ?')
  const remove = database.query(
    'DELETE FROM set_aside WHERE id = ? RETURNING kind, row_id AS rowId',
    setAsideRow.pick({ kind: true, rowId: true }),
  )
  return {
    list: () => all.all().map(({ id, kind, rowId, body }) => ({ id, kind, name: nameIn(body) ?? rowId })),
    put: ({ table, rowId, body, why }) => {
      const { lastInsertRowid } = insert.run(kinds[table], rowId, body, why, clock.now())
      trim.run(lastInsertRowid, maxRows)
    },
    forget: (id) => remove.get(id) ?? null,
  }
}

const named = z.object({ name: z.string().trim().min(1) })

/** What the person knows it by, where that much can be read. */
function nameIn(body: string): string | null {
  const parsed = named.safeParse(parseJson(body))
  return parsed.success ? cut(parsed.data.name, 64) : null
}
