import { z } from 'zod'
import { parseJson } from './parse-json.ts'
import type { LastHeard } from './records.ts'
import type { StorageFile } from './storage-file.ts'

/** What each server told last. What an older relay told and no longer parses is nothing: the server will tell it again. */
export function openLastHeard<T>(
  database: StorageFile,
  table: 'last_tunnels' | 'last_status',
  schema: z.ZodType<T>,
): LastHeard<T> {
  const select = database.query(
    `SELECT body FROM ${table} WHERE server_id = ?`,
    z.object({ body: z.string() }),
  )
  const upsert = database.prepare(
    `INSERT INTO ${table} (server_id, body) VALUES (?, ?)
     ON CONFLICT (server_id) DO UPDATE SET body = excluded.body`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE server_id = ?`)
  return {
    get: (serverId) => {
      const row = select.get(serverId)
      const parsed = row && schema.safeParse(parseJson(row.body))
      return parsed?.success ? parsed.data : null
    },
    put: (serverId, value) => {
      upsert.run(serverId, JSON.stringify(value))
    },
    delete: (serverId) => {
      remove.run(serverId)
    },
  }
}
