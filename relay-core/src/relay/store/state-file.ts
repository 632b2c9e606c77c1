import { chmodSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { RelayError } from '../../api/errors.ts'

type Row = Record<string, unknown>

/** One prepared statement. Failures caused by the machine are `RelayError`s, see `StateFile`. */
export interface Statement {
  run(...values: SQLInputValue[]): { lastInsertRowid: number | bigint }
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

/**
 * With less than this the disk counts as full: SQLite's shared index of a WAL is a sparse, mapped file, and touching a page
 * of it without a disk block left is a bus error, which ends the process. On such a disk no shared memory is used.
 */
const roomForSharedMemoryBytes = 1024 * 1024

/** Primary result codes, https://www.sqlite.org/rescode.html */
const sqlite = { busy: 5, locked: 6, readOnly: 8, ioError: 10, full: 13, cannotOpen: 14 } as const

/**
 * relay.db and its statements. Nothing here ever waits for a lock: this is the thread that carries the traffic. When the
 * machine refuses, that is a RelayError: `disk-full`, `state-locked` (another program holds the file; `whileLocked` tries again)
 * or `state-unwritable`. A refused write has changed nothing.
 */
export class StateFile {
  readonly #path: string
  #database: DatabaseSync
  /** Opened on a full disk: no other program can read the file until there is room. */
  #isExclusive: boolean
  #isClosed = false

  /** Opens or creates the file, readable by its owner only: it holds the keys of every client. */
  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#isExclusive = !hasRoom(path)
    this.#database = this.#coded(() => openShared(path, this.#isExclusive))
  }

  prepare(sql: string): Statement {
    const statement = this.#coded(() => this.#usable().prepare(sql))
    return {
      run: (...values) => this.#coded(() => statement.run(...values)),
      get: (...values) => this.#coded(() => statement.get(...values)),
      all: (...values) => this.#coded(() => statement.all(...values)),
    }
  }

  exec(sql: string): void {
    this.#coded(() => this.#usable().exec(sql))
  }

  /** Runs `work` as one transaction; inside another one it becomes part of that. */
  transaction<T>(work: () => T): T {
    if (this.#database.isOpen && this.#database.isTransaction) return work()
    this.exec('begin immediate')
    try {
      const result = work()
      this.exec('commit')
      return result
    } catch (error) {
      // On a full disk SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.exec('rollback')
      throw error
    }
  }

  /**
   * To be called when a write has succeeded: after a full disk, other programs may read the file again, for example for a backup.
   * The next use opens it again; a program that has been waiting may hold it by then, which that use reports.
   */
  share(): void {
    if (!this.#isExclusive || !hasRoom(this.#path)) return
    this.#isExclusive = false
    this.#database.close()
  }

  close(): void {
    this.#isClosed = true
    if (this.#database.isOpen) this.#database.close()
  }

  #usable(): DatabaseSync {
    if (!this.#database.isOpen && !this.#isClosed) this.#database = openShared(this.#path, this.#isExclusive)
    return this.#database
  }

  #coded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw codedFailure(error, this.#path)
    }
  }
}

/**
 * A committed statement survives kill -9 and a power cut (WAL with full synchronisation). `isExclusive` keeps
 * the index of the WAL in this process's memory; it has to be set before the file is accessed.
 */
function openShared(path: string, isExclusive: boolean): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    chmodSync(path, 0o600)
    database.exec(`pragma busy_timeout = 0; pragma locking_mode = ${isExclusive ? 'exclusive' : 'normal'};
      pragma temp_store = memory; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A file that cannot be written because the disk is full. */
export function diskFull(path: string, cause: unknown): RelayError {
  return new RelayError('disk-full', `There is no room left to write ${path}.`, { path }, { cause })
}

function codedFailure(error: unknown, path: string): unknown {
  const { errcode } = error as { errcode?: unknown }
  if (typeof errcode !== 'number') return error
  const reason = error instanceof Error ? error.message : String(error)
  const params = { path }
  switch (errcode & 0xff) {
    case sqlite.full:
      return diskFull(path, error)
    case sqlite.busy:
    case sqlite.locked: {
      const message = `Another program holds ${path} locked, such as a backup. Try again when it is done.`
      return new RelayError('state-locked', message, params, { cause: error })
    }
    case sqlite.readOnly:
    case sqlite.ioError:
    case sqlite.cannotOpen: {
      // A quota, or a WAL index that finds no block, is reported as an I/O error.
      if (!hasRoom(path)) return diskFull(path, error)
      const message = `${path} cannot be written: ${reason}. Is its disk read-only or broken?`
      return new RelayError('state-unwritable', message, { ...params, reason }, { cause: error })
    }
    default:
      return error
  }
}

function hasRoom(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize >= roomForSharedMemoryBytes
}
