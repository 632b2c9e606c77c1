import { migrate } from '@nps-desktop/relay-core/migrate'
import { z } from 'zod'
import type { StorageFile } from './storage-file.ts'

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
  // A key belongs to the way that leads to it. What was confirmed for a lab box behind a jump host goes on to its way,
  // and stays as the key of a direct one only where something is reached directly there.
  `ALTER TABLE host_keys RENAME TO old_host_keys;
   CREATE TABLE host_keys (
     host TEXT NOT NULL, port INTEGER NOT NULL, way TEXT NOT NULL, algorithm TEXT NOT NULL, fingerprint TEXT NOT NULL,
     pinned_at_ms INTEGER NOT NULL, PRIMARY KEY (host, port, way)) STRICT;
   CREATE TEMP TABLE lab_ways AS
     SELECT labs.body ->> '$.address.host' AS host, labs.body ->> '$.address.port' AS port,
       CASE labs.body ->> '$.jump.kind'
         WHEN 'other' THEN (labs.body ->> '$.jump.address.host') || ':' || (labs.body ->> '$.jump.address.port')
         WHEN 'server' THEN (SELECT (servers.body ->> '$.address.host') || ':' || (servers.body ->> '$.address.port')
           FROM servers WHERE servers.id = labs.body ->> '$.jump.serverId' AND json_valid(servers.body))
         ELSE '' END AS way
     FROM labs WHERE json_valid(labs.body) AND labs.body ->> '$.address.host' IS NOT NULL;
   INSERT INTO host_keys
     SELECT DISTINCT old.host, old.port, lab_ways.way, old.algorithm, old.fingerprint, old.pinned_at_ms
     FROM old_host_keys old JOIN lab_ways ON lab_ways.host = old.host AND lab_ways.port = old.port
     WHERE lab_ways.way IS NOT NULL;
   INSERT OR IGNORE INTO host_keys
     SELECT old.host, old.port, '', old.algorithm, old.fingerprint, old.pinned_at_ms FROM old_host_keys old
     WHERE NOT EXISTS (SELECT 1 FROM lab_ways
         WHERE lab_ways.host = old.host AND lab_ways.port = old.port AND lab_ways.way <> '')
       OR EXISTS (SELECT 1 FROM servers WHERE json_valid(body) AND body ->> '$.address.host' = old.host
         AND body ->> '$.address.port' = old.port);
   DROP TABLE lab_ways;
   DROP TABLE old_host_keys;`,
  `CREATE TABLE last_status (server_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
  // the key itself, for other programs; those confirmed before fill in at the next sign-in
  `ALTER TABLE host_keys ADD COLUMN key TEXT;`,
  `CREATE TABLE terminals (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`,
  `CREATE TABLE last_readings (lab_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
  `CREATE TABLE alerts (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`,
  `CREATE TABLE transfers (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`,
  `CREATE TABLE passing_clients (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`,
  `CREATE TABLE seen_kinds (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`,
]

/** Brings the file to this program's version; throws when a newer program wrote it. */
export function migrateStorage(database: StorageFile): void {
  const version = database.query('PRAGMA user_version', z.object({ user_version: z.number().int() }))
  migrate(database, {
    steps: migrations,
    readVersion: () => version.get()?.user_version ?? 0,
    // takes no parameters
    writeVersion: (done) => database.exec(`PRAGMA user_version = ${done}`),
    newer: (found, known) =>
      new Error(
        `it was written by a newer version of the app (schema ${found}, this one knows ${known}); update the app`,
      ),
  })
}
