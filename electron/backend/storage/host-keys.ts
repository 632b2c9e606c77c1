import type { DatabaseSync } from 'node:sqlite'
import type { HostKeyRecord, HostKeyStore } from './records.ts'

/** Confirmed host keys, one for each host and port. */
export function openHostKeys(database: DatabaseSync): HostKeyStore {
  const columns = 'host, port, algorithm, fingerprint, pinned_at_ms AS pinnedAtMs'
  const all = database.prepare(`SELECT ${columns} FROM host_keys ORDER BY host, port`)
  const one = database.prepare(`SELECT ${columns} FROM host_keys WHERE host = ? AND port = ?`)
  const upsert = database.prepare(
    `INSERT INTO host_keys (host, port, algorithm, fingerprint, pinned_at_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (host, port) DO UPDATE SET algorithm = excluded.algorithm,
       fingerprint = excluded.fingerprint, pinned_at_ms = excluded.pinned_at_ms`,
  )
  const remove = database.prepare('DELETE FROM host_keys WHERE host = ? AND port = ?')
  return {
    list: () => all.all() as unknown as HostKeyRecord[],
    get: (host, port) => one.get(host, port) as HostKeyRecord | undefined,
    pin: ({ host, port, algorithm, fingerprint, pinnedAtMs }) => {
      upsert.run(host, port, algorithm, fingerprint, pinnedAtMs)
    },
    forget: (host, port) => {
      remove.run(host, port)
    },
  }
}
