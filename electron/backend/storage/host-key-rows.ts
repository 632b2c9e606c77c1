import type { HostKeyRecord, HostKeyStore } from './records.ts'
import type { StorageFile } from './storage-file.ts'

/** Confirmed host keys, one for each host and port, and way that leads there. */
export function openHostKeys(database: StorageFile): HostKeyStore {
  const columns = 'host, port, way, algorithm, fingerprint, pinned_at_ms AS pinnedAtMs'
  const place = 'host = ? AND port = ? AND way = ?'
  const all = database.prepare(`SELECT ${columns} FROM host_keys ORDER BY way, host, port`)
  const one = database.prepare(`SELECT ${columns} FROM host_keys WHERE ${place}`)
  const upsert = database.prepare(
    `INSERT INTO host_keys (host, port, way, algorithm, fingerprint, pinned_at_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (host, port, way) DO UPDATE SET algorithm = excluded.algorithm,
       fingerprint = excluded.fingerprint, pinned_at_ms = excluded.pinned_at_ms`,
  )
  const remove = database.prepare(`DELETE FROM host_keys WHERE ${place}`)
  return {
    list: () => all.all() as unknown as HostKeyRecord[],
    get: ({ host, port, way }) => one.get(host, port, way) as HostKeyRecord | undefined,
    pin: ({ host, port, way, algorithm, fingerprint, pinnedAtMs }) => {
      upsert.run(host, port, way, algorithm, fingerprint, pinnedAtMs)
    },
    forget: ({ host, port, way }) => {
      remove.run(host, port, way)
    },
  }
}
