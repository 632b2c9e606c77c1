import { z } from 'zod'
import { parseJson } from './file/parse-json.ts'
import type { LastHeardStore } from './records.ts'
import type { StorageFile } from './file/storage-file.ts'

const tables = { last_tunnels: 'server_id', last_status: 'server_id', last_readings: 'lab_id' } as const

/** What each machine told last; nothing of one that is not there, by `isThere`. What an older one told and no longer parses is nothing: it will be told again. */
export function openLastHeard<T>(
  database: StorageFile,
  table: keyof typeof tables,
  schema: z.ZodType<T>,
  isThere: (id: string) => boolean,
): LastHeardStore<T> {
  const key = tables[table]
  const select = database.query(`SELECT body FROM ${table} WHERE ${key} = ?`, z.object({ body: z.string() }))
  const upsert = database.prepare(
    `INSERT INTO ${table} (${key}, body) VALUES (?, ?)
     ON CONFLICT (${key}) DO UPDATE SET body = excluded.body`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE ${key} = ?`)
  return {
    get: (id) => {
      const row = select.get(id)
      const parsed = row && schema.safeParse(parseJson(row.body))
      return parsed?.success ? parsed.data : null
    },
    put: (id, value) => {
      if (isThere(id)) upsert.run(id, JSON.stringify(value))
    },
    delete: (id) => {
      remove.run(id)
    },
  }
}
