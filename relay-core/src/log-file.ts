import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const largestBytes = 10 * 1024 * 1024
/** Besides the one that is written: `nps.log.1` to `nps.log.3`. */
const olderFiles = 3

/** Appends lines to a file and starts a new one at 10 MiB. A full disk loses lines, never the program. */
export class LogFile {
  readonly #path: string
  readonly #largestBytes: number
  #file: number
  #bytes: number

  /** Opens the file. @throws the system's error when it cannot be written */
  constructor(path: string, { largest = largestBytes }: { largest?: number } = {}) {
    this.#path = path
    this.#largestBytes = largest
    mkdirSync(dirname(path), { recursive: true })
    ;({ file: this.#file, bytes: this.#bytes } = open(path))
  }

  write(line: string): void {
    try {
      if (this.#bytes >= this.#largestBytes) this.#rotate()
      this.#bytes += writeSync(this.#file, line)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EIO') throw error
    }
  }

  close(): void {
    closeSync(this.#file)
  }

  #rotate(): void {
    closeSync(this.#file)
    for (let age = olderFiles; age >= 1; age--) {
      const from = age === 1 ? this.#path : `${this.#path}.${age - 1}`
      try {
        renameSync(from, `${this.#path}.${age}`)
      } catch (error) {
        // There are fewer older files than may be kept.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    ;({ file: this.#file, bytes: this.#bytes } = open(this.#path))
  }
}

function open(path: string): { file: number; bytes: number } {
  const file = openSync(path, 'a', 0o640)
  return { file, bytes: fstatSync(file).size }
}
