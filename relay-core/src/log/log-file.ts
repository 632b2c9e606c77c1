import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { isHeld } from '../files/rename-over.ts'

const usualMaxBytes = 10 * 1024 * 1024
/** Besides the one that is written: `nps.log.1` to `nps.log.3`. */
const olderFiles = 3

/**
 * Appends lines to a file and starts a new one at 10 MiB. Whatever the disk does, full, read-only or broken, it loses lines
 * and never the program: a log is not worth a visitor's connection.
 */
export class LogFile {
  readonly #path: string
  readonly #maxBytes: number
  /** Undefined while it cannot be opened; each line is a new try. */
  #file: { number: number; bytes: number } | undefined
  #lostLines = 0

  /** Opens the file. @throws the system's error when it cannot be written */
  constructor(path: string, { maxBytes = usualMaxBytes }: { maxBytes?: number } = {}) {
    this.#path = path
    this.#maxBytes = maxBytes
    mkdirSync(dirname(path), { recursive: true })
    this.#file = open(path)
  }

  write(line: string): void {
    try {
      if (this.#file && this.#file.bytes >= this.#maxBytes) this.#rotate()
      this.#file ??= open(this.#path)
      if (this.#lostLines > 0) {
        this.#append(
          this.#file,
          `${new Date().toISOString()} warn  ${this.#lostLines} lines were lost here\n`,
        )
        this.#lostLines = 0
      }
      this.#append(this.#file, line)
    } catch {
      // Standard output has the line too, and there is nowhere else to report it.
      this.#lostLines += 1
    }
  }

  close(): void {
    if (this.#file) closeSync(this.#file.number)
    this.#file = undefined
  }

  #append(file: { number: number; bytes: number }, text: string): void {
    file.bytes += writeSync(file.number, text)
  }

  #rotate(): void {
    if (this.#file && !mayRename(this.#path)) {
      // In a folder that is not ours, the file alone may be ours: it starts empty again.
      ftruncateSync(this.#file.number)
      this.#file.bytes = 0
      return
    }
    // Closed before it is moved, and forgotten before anything can fail: its descriptor may soon be a visitor's socket.
    this.close()
    for (let age = olderFiles; age >= 1; age--) {
      const from = age === 1 ? this.#path : `${this.#path}.${age - 1}`
      try {
        renameSync(from, `${this.#path}.${age}`)
      } catch (error) {
        // A file that somebody reads on Windows stays, and goes on, until it can be moved.
        if (isHeld(error)) return
        // There are fewer older files than may be kept.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }
}

function mayRename(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function open(path: string): { number: number; bytes: number } {
  const number = openSync(path, 'a', 0o640)
  return { number, bytes: fstatSync(number).size }
}
