import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { AppError } from '../failures/app-error.ts'

type Row = Record<string, unknown>

/** One prepared statement; a refused `run` is `storage-failed` and has changed nothing. */
export interface Statement {
  run(...values: SQLInputValue[]): { lastInsertRowid: number | bigint }
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

/** The SQLite file with the app's data, in which what a disk refuses is a failure that the screen has words for. */
export class StorageFile {
  readonly #path: string
  readonly #database: DatabaseSync

  /** @throws the error of SQLite when it cannot be opened */
  constructor(path: string) {
    this.#path = path
    // long enough for an app that is just closing
    this.#database = new DatabaseSync(path, { timeout: 3_000 })
  }

  get raw(): DatabaseSync {
    return this.#database
  }

  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql)
    return {
      run: (...values) => {
        try {
          return statement.run(...values)
        } catch (cause) {
          throw this.#failure(cause)
        }
      },
      get: (...values) => statement.get(...values),
      all: (...values) => statement.all(...values),
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #failure(cause: unknown): unknown {
    const { errcode } = cause as { errcode?: unknown }
    if (typeof errcode !== 'number' || !refusals.has(errcode & 0xff)) return cause
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The app's data in ${this.#path} cannot be written: ${why}. Nothing was changed.`
    return new AppError('storage-failed', message, { path: this.#path, reason: why }, { cause })
  }
}

/** What the machine is to blame for: read-only, I/O error, full, cannot open (https://www.sqlite.org/rescode.html). */
const refusals = new Set([8, 10, 13, 14])
