import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { RelayError } from '../api/errors.ts'

const pins = z.record(z.string(), z.string())

/** The fingerprints that were first seen, by server (`host:port`): one small JSON file, readable by its owner only. */
export class PinFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async get(server: string): Promise<string | undefined> {
    return (await this.#read())[server]
  }

  async set(server: string, fingerprint: string): Promise<void> {
    const all = { ...(await this.#read()), [server]: fingerprint }
    const temporary = `${this.path}.${process.pid}.new`
    await mkdir(dirname(this.path), { recursive: true })
    try {
      await writeFile(temporary, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
      await rename(temporary, this.path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
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
      return pins.parse(JSON.parse(text))
    } catch (error) {
      throw new RelayError(
        'config-invalid',
        `${this.path} cannot be read as the list of pinned relays. Delete it to pin the relay anew, or start npc with -fingerprint.`,
        { file: this.path },
        { cause: error },
      )
    }
  }
}
