import { RelayError } from '../../api/errors.ts'
import { migrate } from '../../files/migrate.ts'
import { relaySchema } from './relay-schema.ts'
import { StateFile } from './state-file.ts'

/**
 * Opens the relay's state, creates it if there is none, and migrates an older schema. A state that is up to date
 * is not written to, so that a relay can start on a full disk too.
 *
 * @throws RelayError as `StateFile`, or an Error that names the file and the next step when it cannot be read or comes
 * from a newer version.
 */
export function openDatabase(path: string): StateFile {
  let database: StateFile | undefined
  try {
    database = new StateFile(path)
    migrateState(database, path)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof RelayError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The state file ${path} cannot be opened: ${reason}. Move it away to start empty, or restore a copy.`,
      { cause: error },
    )
  }
}

function migrateState(database: StateFile, path: string): void {
  migrate(database, {
    steps: relaySchema,
    readVersion: () => versionOf(database),
    writeVersion: (version) => {
      database.exec('create table if not exists schema (version integer not null) strict')
      const isNew = database.prepare('select 1 from schema').get() === undefined
      database.prepare(isNew ? 'insert into schema values (?)' : 'update schema set version = ?').run(version)
    },
    newer: (found, known) =>
      new Error(`${path} was written by a newer nps (schema ${found}, this one knows ${known})`),
  })
}

/** 0 for an empty file. */
function versionOf(database: StateFile): number {
  const hasTable = database.prepare("select 1 from sqlite_schema where name = 'schema'").get()
  const row = hasTable && database.prepare('select version from schema').get()
  return row ? Number(row['version']) : 0
}
