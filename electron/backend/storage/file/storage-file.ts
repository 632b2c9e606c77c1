import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { z } from 'zod'
import { AppError } from '../../failures/app-error.ts'

/** A prepared write; one that is refused is `storage-failed` or `storage-in-use` and has changed nothing. */
export interface Write {
  run(...values: SQLInputValue[]): { lastInsertRowid: number | bigint }
}

/** A prepared question, or a write that returns rows. Each row is parsed, so that what follows can trust it. */
export interface Query<Row> {
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
    // long enough for another app that is just closing
    this.#database = new DatabaseSync(path, { timeout: 3_000 })
  }

  prepare(sql: string): Write {
    const statement = this.#database.prepare(sql)
    return { run: (...values) => this.#told(() => statement.run(...values)) }
  }

  query<Row>(sql: string, row: z.ZodType<Row>): Query<Row> {
    const statement = this.#database.prepare(sql)
    return {
      get: (...values) => {
        const found = this.#told(() => statement.get(...values))
        return found && row.parse(found)
      },
      all: (...values) => this.#told(() => statement.all(...values)).map((found) => row.parse(found)),
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** Runs `work` as a whole or not at all. */
  transaction<T>(work: () => T): T {
    return this.#told(() => {
      this.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.exec('COMMIT')
        return result
      } catch (error) {
        // a full disk has made SQLite roll back by itself
        if (this.#database.isTransaction) this.exec('ROLLBACK')
        throw error
      }
    })
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #told<T>(work: () => T): T {
    try {
      return work()
    } catch (cause) {
      throw this.#failure(cause)
    }
  }

  #failure(cause: unknown): unknown {
    const { errcode } = cause as { errcode?: unknown }
    if (isInUse(cause)) return storageInUse(this.#path, cause)
    if (typeof errcode !== 'number' || !refusals.has(errcode & 0xff)) return cause
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The app's data in ${this.#path} cannot be written: ${why}. Nothing was changed.`
    return new AppError('storage-failed', message, { path: this.#path, reason: why }, { cause })
  }
}

/** Another program holds the file: SQLITE_BUSY, SQLITE_LOCKED (https://www.sqlite.org/rescode.html). */
export function isInUse(cause: unknown): boolean {
  const { errcode } = cause as { errcode?: unknown }
  return typeof errcode === 'number' && [5, 6].includes(errcode & 0xff)
}

export function storageInUse(path: string, cause: unknown): AppError {
  const message = `The app's data in ${path} is in use by another program, such as another NPS Desktop. Close that one, or give this one a data folder of its own.`
  return new AppError('storage-in-use', message, { path }, { cause })
}

/** What the machine is to blame for: read-only, I/O error, full, cannot open (https://www.sqlite.org/rescode.html). */
const refusals = new Set([8, 10, 13, 14])
