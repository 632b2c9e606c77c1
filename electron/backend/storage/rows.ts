import type { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'
import type { Rows } from './records.ts'

/**
 * Rows of one table as JSON, in the order in which they came. All are held in memory: there are tens, and every
 * screen reads them.
 * Throws when a row does not parse, naming the table and the id.
 */
export function openRows<T extends { readonly id: string }>(
  database: DatabaseSync,
  table: 'servers' | 'labs' | 'tunnel_notes',
  schema: z.ZodType<T>,
  changed: () => void,
): Rows<T> {
  const rows = new Map<string, T>()
  const stored = database.prepare(`SELECT id, body FROM ${table} ORDER BY position`).all()
  for (const { id, body } of stored as unknown as { id: string; body: string }[]) {
    const parsed = schema.safeParse(JSON.parse(body))
    if (!parsed.success) throw new Error(`row ${id} of ${table} cannot be read: ${parsed.error.message}`)
    rows.set(id, parsed.data)
  }
  const insert = database.prepare(
    `INSERT INTO ${table} (id, position, body)
     VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM ${table}), ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`)
  return {
    list: () => [...rows.values()],
    get: (id) => rows.get(id),
    put: (row) => {
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
