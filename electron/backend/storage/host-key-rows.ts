import { z } from 'zod'
import type { HostKeyStore, Storage } from './records.ts'
import type { StorageFile } from './file/storage-file.ts'

const hostKeyRow = z.object({
  host: z.string(),
  port: z.number().int(),
  way: z.string(),
  algorithm: z.string(),
  fingerprint: z.string(),
  key: z.string().nullable(),
  pinnedAtMs: z.number(),
})

/** Confirmed host keys, one for each host and port, and way that leads there. */
export function openHostKeys(
  database: StorageFile,
  { changed, whenPossible }: { changed: () => void; whenPossible: Storage['whenPossible'] },
): HostKeyStore {
  const columns = 'host, port, way, algorithm, fingerprint, key, pinned_at_ms AS pinnedAtMs'
  const place = 'host = ? AND port = ? AND way = ?'
  const all = database.query(`SELECT ${columns} FROM host_keys ORDER BY way, host, port`, hostKeyRow)
  const one = database.query(`SELECT ${columns} FROM host_keys WHERE ${place}`, hostKeyRow)
  const upsert = database.prepare(
    `INSERT INTO host_keys (host, port, way, algorithm, fingerprint, key, pinned_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (host, port, way) DO UPDATE SET algorithm = excluded.algorithm,
       fingerprint = excluded.fingerprint, key = excluded.key, pinned_at_ms = excluded.pinned_at_ms`,
  )
  const learn = database.prepare(`UPDATE host_keys SET key = ? WHERE ${place} AND fingerprint = ?`)
  const remove = database.prepare(`DELETE FROM host_keys WHERE ${place}`)
  return {
    list: () => all.all(),
    get: ({ host, port, way }) => one.get(host, port, way),
    pin: ({ host, port, way, algorithm, fingerprint, key, pinnedAtMs }) => {
      upsert.run(host, port, way, algorithm, fingerprint, key, pinnedAtMs)
      changed()
    },
    learn: ({ host, port, way, fingerprint }, key) => {
      whenPossible(`host key ${host}:${port} ${way}`, () => {
        learn.run(key, host, port, way, fingerprint)
        changed()
      })
    },
    forget: ({ host, port, way }) => {
      remove.run(host, port, way)
      changed()
    },
  }
}
