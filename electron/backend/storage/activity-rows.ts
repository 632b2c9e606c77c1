import { activityEvent } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import { parseJson } from './file/parse-json.ts'
import type { ActivityStore } from './records.ts'
import type { StorageFile } from './file/storage-file.ts'

/** Older lines go when new ones come: a year of a shaky line fits, and the page stays quick. */
const keptRows = 5_000

/** One line per change of state, newest first. */
export function openActivity(database: StorageFile): ActivityStore {
  const insert = database.prepare(
    `INSERT INTO activity (at_ms, tone, code, params, server_id, lab_id, tunnel_id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const trim = database.prepare('DELETE FROM activity WHERE id <= ? - ?')
  const newest = database.query(
    `SELECT id, at_ms AS atMs, tone, code, params, server_id AS serverId, lab_id AS labId, tunnel_id AS tunnelId
     FROM activity ORDER BY id DESC LIMIT ?`,
    z.looseObject({ params: z.string() }),
  )
  const setParams = database.prepare('UPDATE activity SET params = ? WHERE id = ?')
  const removeServer = database.prepare('DELETE FROM activity WHERE server_id = ?')
  const removeTunnel = database.prepare('DELETE FROM activity WHERE tunnel_id = ?')
  return {
    add: (event) => {
      const { lastInsertRowid } = insert.run(
        event.atMs,
        event.tone,
        event.code,
        JSON.stringify(event.params),
        event.serverId,
        event.labId,
        event.tunnelId,
      )
      trim.run(lastInsertRowid, keptRows)
    },
    newest: (limit) => {
      const rows = newest.all(limit)
      // a line of another version of the app, or a damaged one, is left out
      return rows.flatMap((row) => {
        const parsed = activityEvent.safeParse({ ...row, params: parseJson(row.params) })
        return parsed.success ? [parsed.data] : []
      })
    },
    setParams: (id, params) => {
      setParams.run(JSON.stringify(params), id)
    },
    removeServer: (serverId) => {
      removeServer.run(serverId)
    },
    removeTunnel: (tunnelId) => {
      removeTunnel.run(tunnelId)
    },
  }
}
