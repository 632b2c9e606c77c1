import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { RelayError } from '../api/errors.ts'

/** One short text about each server (`host:port`), kept in a small JSON file that only its owner can read. */
export class ServerNotes {
  readonly path: string
  readonly #about: string
  #writing: Promise<unknown> = Promise.resolve()

  /** `about`: what the notes are, in the words of a failure. */
  constructor(path: string, about: string) {
    this.path = path
    this.#about = about
  }

  async get(server: string): Promise<string | undefined> {
    return (await this.#read())[server]
  }

  set(server: string, note: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = await this.#read()
      if (all[server] !== note) await this.#write({ ...all, [server]: note })
    })
  }

  delete(server: string): Promise<void> {
    return this.#inTurn(async () => {
      const { [server]: note, ...others } = await this.#read()
      if (note !== undefined) await this.#write(others)
    })
  }

  /** Serialised, so that each keeps what the previous one has written. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work)
    this.#writing = done.catch(() => undefined)
    return done
  }

  async #write(all: Record<string, string>): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true })
    await writeFileAtomically(this.path, `${JSON.stringify(all, null, 2)}\n`)
  }

  async #read(): Promise<Record<string, string>> {
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      throw error
    }
    try {
      return notesOf(JSON.parse(text))
    } catch (error) {
      throw new RelayError(
        'config-invalid',
        `${this.path} cannot be read as ${this.#about}. Delete it, and npc makes a new one.`,
        { file: this.path },
        { cause: error },
      )
    }
  }
}

/** By hand: every agent reads its notes when it starts, and the schema library would stay in its memory. */
function notesOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object')
  const notes = Object.entries(value).filter((note): note is [string, string] => typeof note[1] === 'string')
  if (notes.length < Object.keys(value).length) throw new Error('a note is no text')
  return Object.fromEntries(notes)
}
