import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { RelayError } from '../api/errors.ts'
import { writeFileAtomically } from '../atomic-file.ts'
import { parseRelayConfig, type ConfigWarning, type RelayConfig } from '../config/relay-config.ts'

export interface ConfigText {
  path: string
  text: string
  /** Changes with the text. */
  revision: string
  warnings: ConfigWarning[]
}

/** Puts checked settings to work; answers whether some of them wait for a restart. */
export type ApplyConfig = (config: RelayConfig) => Promise<{ restartNeeded: boolean }>

/** nps.conf while the relay runs: read, saved whole, read again. */
export class ConfigFile {
  readonly #path: string
  readonly #apply: ApplyConfig

  constructor(path: string, apply: ApplyConfig) {
    this.#path = path
    this.#apply = apply
  }

  /** A text that was broken by hand is answered too, with its first error among the warnings. */
  async read(): Promise<ConfigText> {
    const text = await readFile(this.#path, 'utf8')
    return { path: this.#path, text, revision: revisionOf(text), warnings: this.#warnings(text) }
  }

  /**
   * Checks, keeps the previous text as `nps.conf.previous`, writes atomically and applies.
   *
   * @throws RelayError `config-invalid` (nothing is written) or `config-changed` when somebody else was faster
   */
  async save({ text, revision }: { text: string; revision: string }): Promise<{
    revision: string
    restartNeeded: boolean
  }> {
    const { config } = parseRelayConfig(text, this.#path)
    const before = await readFile(this.#path, 'utf8')
    if (revisionOf(before) !== revision) {
      throw new RelayError(
        'config-changed',
        `${this.#path} has changed since it was read. Read it again first.`,
        {
          path: this.#path,
        },
      )
    }
    const path = await realpath(this.#path)
    if (text !== before) {
      await writeFileAtomically(`${path}.previous`, before)
      await writeFileAtomically(path, text)
    }
    return { revision: revisionOf(text), ...(await this.#apply(config)) }
  }

  /** Reads the file again and applies it. @throws RelayError `config-invalid`; the old settings stay in force then */
  async reload(): Promise<{ restartNeeded: boolean; warnings: ConfigWarning[] }> {
    const { config, warnings } = parseRelayConfig(await readFile(this.#path, 'utf8'), this.#path)
    return { ...(await this.#apply(config)), warnings }
  }

  #warnings(text: string): ConfigWarning[] {
    try {
      return parseRelayConfig(text, this.#path).warnings
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      return [
        {
          line: Number(error.params['line'] ?? 1),
          message: String(error.params['problem'] ?? error.message),
        },
      ]
    }
  }
}

function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
