import { type Clock, Signal, systemClock } from '@nps-desktop/relay-core/async'
import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { tunnel } from '@nps-desktop/relay-core/api'
import { type Log, silentLog } from '@nps-desktop/relay-core/log'
import { labAlert, labReading } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import { AppError } from '../failures/app-error.ts'
import type { Shell } from '../shell.ts'
import { openActivity } from './activity-rows.ts'
import { openHostKeys } from './host-key-rows.ts'
import { parseTunnelId } from '../ids.ts'
import { openLastHeard } from './last-heard-store.ts'
import { migrateStorage } from './file/migrations.ts'
import type { LabRecord, Storage } from './records.ts'
import { openRows } from './rows.ts'
import {
  labRecord,
  lastStatus,
  passingClientRecord,
  seenKind,
  serverRecord,
  terminalRecord,
  tunnelNote,
} from './schemas.ts'
import { openSecrets } from './secrets.ts'
import { openSetAside, type SetAsideRow } from './set-aside.ts'
import { openSettings } from './settings-row.ts'
import { LaterWrites } from './file/later-writes.ts'
import { isInUse, StorageFile, storageInUse } from './file/storage-file.ts'
import { openTransfers } from './transfer-rows.ts'

/** The file's name inside the data folder. */
export const storageFile = 'nps-desktop.sqlite'

/**
 * Opens the app's data, `<dataFolder>/nps-desktop.sqlite` (mode 0600), and brings it to this version.
 * Every write is on disk when its call returns, so that a kill loses nothing; one that the disk refuses is
 * `storage-failed` and changes nothing. A row that cannot be read is set aside.
 * Throws `storage-failed` when the file cannot be opened, is damaged, or comes from a newer version, and `storage-in-use`
 * when another program holds it.
 */
export function openStorage(
  shell: Pick<Shell, 'dataFolder' | 'encrypt' | 'decrypt'>,
  { log = silentLog, clock = systemClock }: { log?: Log; clock?: Clock } = {},
): Storage {
  const path = join(shell.dataFolder, storageFile)
  try {
    return open(path, shell, { log, clock })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (isInUse(cause)) throw storageInUse(path, cause)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'storage-failed',
      `The app's data in ${path} cannot be opened: ${why}.`,
      { path, reason: why },
      { cause },
    )
  }
}

function open(
  path: string,
  shell: Pick<Shell, 'encrypt' | 'decrypt'>,
  { log, clock }: { log: Log; clock: Clock },
): Storage {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new StorageFile(path)
  try {
    // EXCLUSIVE: rows are held in memory, so a second app on the same file would not see the first one's changes.
    // FULL: with WAL, only this makes a commit survive a power cut.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;',
    )
    migrateStorage(database)
    const written = new Signal()
    const later = new LaterWrites(log)
    let isTogether = false
    const changed = (): void => {
      if (!isTogether) written.emit()
    }
    const whenPossible: Storage['whenPossible'] = (name, write) => later.add(name, write)
    const setAside = openSetAside(database, clock)
    const putAside = (row: SetAsideRow): void => setAside.put(row)
    const servers = openRows(database, 'servers', serverRecord, { changed, putAside })
    const isServer = (id: string): boolean => servers.get(id) !== undefined
    const isOwned = ({ serverId }: LabRecord): boolean => isServer(serverId)
    const labs = openRows(database, 'labs', labRecord, { changed, putAside, isOwned })
    const isLab = (id: string): boolean => labs.get(id) !== undefined
    const tunnelNotes = openRows(database, 'tunnel_notes', tunnelNote, {
      changed,
      putAside,
      isOwned: ({ id }) => isServer(parseTunnelId(id)?.serverId ?? ''),
    })
    return {
      servers,
      labs,
      tunnelNotes,
      together: (work) => {
        isTogether = true
        try {
          database.transaction(work)
        } catch (error) {
          for (const rows of [servers, labs, tunnelNotes]) rows.reread()
          throw error
        } finally {
          isTogether = false
        }
        changed()
      },
      setAside: {
        list: () => setAside.list(),
        forget: (id) => {
          const forgotten = setAside.forget(id)
          changed()
          return forgotten
        },
      },
      hostKeys: openHostKeys(database, { changed, whenPossible }),
      secrets: openSecrets(database, shell),
      settings: openSettings(database),
      activity: openActivity(database),
      // one that cannot be read is not missed: its shell is found on its lab box
      terminals: openRows(database, 'terminals', terminalRecord, {
        changed: () => undefined,
        putAside: () => undefined,
        isOwned: ({ machine: { kind, id } }) => (kind === 'lab' ? isLab : isServer)(id),
      }),
      // one that cannot be read is seen again
      seenKinds: openRows(database, 'seen_kinds', seenKind, {
        changed,
        putAside: () => undefined,
        isOwned: ({ id }) => isServer(parseTunnelId(id)?.serverId ?? ''),
      }),
      transfers: openTransfers(database),
      // of one that cannot be read the client stays on its server, where its name says what it is
      passingClients: openRows(database, 'passing_clients', passingClientRecord, {
        changed: () => undefined,
        putAside: () => undefined,
        isOwned: ({ serverId }) => isServer(serverId),
      }),
      // one that cannot be read is seen to be off where it was asked for
      alerts: openRows(database, 'alerts', labAlert, {
        changed: () => undefined,
        putAside: () => undefined,
        isOwned: ({ labId }) => isLab(labId),
      }),
      lastTunnels: openLastHeard(database, 'last_tunnels', z.array(tunnel), isServer),
      lastStatus: openLastHeard(database, 'last_status', lastStatus, isServer),
      lastReadings: openLastHeard(database, 'last_readings', labReading, isLab),
      onChange: (listener) => written.subscribe(listener),
      whenPossible,
      close: () => {
        later.close()
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}
