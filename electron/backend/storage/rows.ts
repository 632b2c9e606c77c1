import { z } from 'zod'
import type { Rows } from './records.ts'
import type { SetAsideRow } from './set-aside.ts'
import type { StorageFile } from './file/storage-file.ts'

const storedRow = z.object({ id: z.string(), body: z.string() })

/**
 * Rows of one table as JSON, in the order in which they came. All are held in memory: there are tens, and every
 * screen reads them.
 *
 * A row that cannot be read is handed to `putAside` and taken out of the table: one wrong row must not keep the others
 * from being used. `put` throws for a row that could not be read again, so such rows come from other versions of the app or from a damaged
 * file. What `isOwned` denies is not written: its server or lab box was removed while the write was under way. `reread` is for after a
 * transaction that was taken back.
 */
export function openRows<T extends { readonly id: string }, Table extends string>(
  database: StorageFile,
  table: Table,
  schema: z.ZodType<T>,
  {
    changed,
    putAside,
    isOwned = () => true,
  }: {
    changed: () => void
    putAside: (row: SetAsideRow<Table>) => void
    isOwned?: (row: T) => boolean
  },
): Rows<T> & { reread(): void } {
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`)
  const rows = new Map<string, T>()
  const stored = database.query(`SELECT id, body FROM ${table} ORDER BY position`, storedRow)
  const reread = (): void => {
    rows.clear()
    for (const { id, body } of stored.all()) {
      const read = readRow(schema, id, body)
      if ('row' in read) rows.set(id, read.row)
      else {
        putAside({ table, rowId: id, body, why: read.why })
        remove.run(id)
      }
    }
  }
  reread()
  const insert = database.prepare(
    `INSERT INTO ${table} (id, position, body)
     VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM ${table}), ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  )
  return {
    reread,
    list: () => [...rows.values()],
    get: (id) => rows.get(id),
    put: (row) => {
      schema.parse(row)
      if (!isOwned(row)) return
      insert.run(row.id, JSON.stringify(row))
      rows.set(row.id, row)
      changed()
    },
    delete: (id) => {
      if (!rows.has(id)) return
      remove.run(id)
      rows.delete(id)
      changed()
    },
  }
}

function readRow<T extends { readonly id: string }>(
  schema: z.ZodType<T>,
  id: string,
  body: string,
): { readonly row: T } | { readonly why: string } {
  try {
    const row = schema.parse(JSON.parse(body))
    return row.id === id ? { row } : { why: `it is filed under ${id}` }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) }
  }
}
