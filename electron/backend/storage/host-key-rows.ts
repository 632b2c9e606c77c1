import { z } from 'zod'
import type { HostKeyStore } from './records.ts'
import type { StorageFile } from './storage-file.ts'

const hostKeyRow = z.object({
  host: z.string(),
  port: z.number().int(),
  way: z.string(),
  algorithm: z.string(),
  fingerprint: z.string(),
  pinnedAtMs: z.number(),
})

/** Confirmed host keys, one for each host and port, and way that leads there. */
export function openHostKeys(database: StorageFile): HostKeyStore {
  const columns = 'host, port, way, algorithm, fingerprint, pinned_at_ms AS pinnedAtMs'
  const place = 'host = ? AND port = ? AND way = ?'
  const all = database.query(`SELECT ${columns} FROM host_keys ORDER BY way, host, port`, hostKeyRow)
  const one = database.query(`SELECT ${columns} FROM host_keys WHERE ${place}`, hostKeyRow)
  const upsert = database.prepare(
    `INSERT INTO host_keys (host, port, way, algorithm, fingerprint, pinned_at_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (host, port, way) DO UPDATE SET algorithm = excluded.algorithm,
       fingerprint = excluded.fingerprint, pinned_at_ms = excluded.pinned_at_ms`,
  )
  const remove = database.prepare(`DELETE FROM host_keys WHERE ${place}`)
  return {
    list: () => all.all(),
    get: ({ host, port, way }) => one.get(host, port, way),
    pin: ({ host, port, way, algorithm, fingerprint, pinnedAtMs }) => {
      upsert.run(host, port, way, algorithm, fingerprint, pinnedAtMs)
    },
    forget: ({ host, port, way }) => {
      remove.run(host, port, way)
    },
  }
}
