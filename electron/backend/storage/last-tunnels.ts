import { tunnel } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { parseJson } from './parse-json.ts'
import type { LastTunnels } from './records.ts'
import type { StorageFile } from './storage-file.ts'

const tunnels = z.array(tunnel)

/** A list that an older relay told and that no longer parses is no list: the server will tell it anew. */
export function openLastTunnels(database: StorageFile): LastTunnels {
  const select = database.prepare('SELECT body FROM last_tunnels WHERE server_id = ?')
  const upsert = database.prepare(
    `INSERT INTO last_tunnels (server_id, body) VALUES (?, ?)
     ON CONFLICT (server_id) DO UPDATE SET body = excluded.body`,
  )
  const remove = database.prepare('DELETE FROM last_tunnels WHERE server_id = ?')
  return {
    get: (serverId) => {
      const row = select.get(serverId) as { body: string } | undefined
      if (!row) return null
      const parsed = tunnels.safeParse(parseJson(row.body))
      return parsed.success ? parsed.data : null
    },
    put: (serverId, list) => {
      upsert.run(serverId, JSON.stringify(list.map((one) => ({ ...one, settings: {} }))))
    },
    delete: (serverId) => {
      remove.run(serverId)
    },
  }
}
