import type { DatabaseSync } from 'node:sqlite'

/** Each entry brings a file from version `index` to `index + 1`. Never change one that was released; add the next. */
const migrations: readonly string[] = [
  `CREATE TABLE servers (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE labs (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE tunnel_notes (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
   CREATE TABLE host_keys (
     host TEXT NOT NULL, port INTEGER NOT NULL, algorithm TEXT NOT NULL, fingerprint TEXT NOT NULL,
     pinned_at_ms INTEGER NOT NULL, PRIMARY KEY (host, port)) STRICT;
   CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE activity (
     id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, tone TEXT NOT NULL, code TEXT NOT NULL,
     params TEXT NOT NULL, server_id TEXT, lab_id TEXT, tunnel_id TEXT) STRICT;`,
  // what a server told last, for the screen while it cannot be asked
  `CREATE TABLE last_tunnels (server_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
  // they held settings, and with them passwords; the next list has none
  `DELETE FROM last_tunnels;`,
  // rows that could not be read, out of the way of those that can
  `CREATE TABLE set_aside (
     id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, row_id TEXT NOT NULL, body TEXT NOT NULL,
     why TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;`,
]

/** Brings the file to this program's version; throws when a newer program wrote it. */
export function migrate(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  const from = row.user_version
  if (from > migrations.length) {
    throw new Error(
      `it was written by a newer version of the app (schema ${from}, this one knows ${migrations.length}); update the app`,
    )
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < from) continue
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`)
  }
}
