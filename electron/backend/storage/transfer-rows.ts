import { z } from 'zod'
import { parseJson } from './file/parse-json.ts'
import type { TransferStore } from './records.ts'
import { transferRecord } from './schemas.ts'
import type { StorageFile } from './file/storage-file.ts'

/** The queue of transfers. What cannot be read is not missed: its part is gone on with when the same file is copied again. */
export function openTransfers(database: StorageFile): TransferStore {
  const all = database.query('SELECT body FROM transfers ORDER BY position', z.object({ body: z.string() }))
  const upsert = database.prepare(
    `INSERT INTO transfers (id, position, body) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET position = excluded.position, body = excluded.body`,
  )
  const remove = database.prepare('DELETE FROM transfers WHERE id = ?')
  return {
    list: () =>
      all.all().flatMap(({ body }) => {
        const parsed = transferRecord.safeParse(parseJson(body))
        return parsed.success ? [parsed.data] : []
      }),
    save: ({ put, gone }) => {
      // hundreds may be added at once, and each commit waits for the disk
      database.transaction(() => {
        for (const { row, position } of put) upsert.run(row.id, position, JSON.stringify(row))
        for (const id of gone) remove.run(id)
      })
    },
  }
}
