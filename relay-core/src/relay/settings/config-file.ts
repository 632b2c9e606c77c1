import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readConf, readConfLine, splitLines } from '../../api/conf/conf-text.ts'
import { RelayError } from '../../api/errors.ts'
import type { SettingKey } from '../../api/conf/settings.ts'
import { writeFileAtomically } from '../../files/atomic-file.ts'
import { configError } from '../../config/file/ini.ts'
import { readConfigFile } from '../../config/file/read-config-file.ts'
import { parseRelayConfig, type ConfigWarning, type RelayConfig } from '../../config/relay/relay-config.ts'

export interface ConfigText {
  path: string
  text: string
  /** Changes with the text. */
  revision: string
  warnings: ConfigWarning[]
}

/** Applies checked settings; returns the keys that wait for a restart. */
export type ApplyConfig = (config: RelayConfig) => Promise<{ waiting: SettingKey[] }>

/** nps.conf while the relay runs: read, saved whole, read again. */
export class ConfigFile {
  readonly #path: string
  readonly #apply: ApplyConfig
  /** Fulfils when the last save or reload has ended. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string, apply: ApplyConfig) {
    this.#path = path
    this.#apply = apply
  }

  /** A text that was broken by hand is returned too, with its first error among the warnings. */
  async read(): Promise<ConfigText> {
    const text = await readConfigFile(this.#path)
    return { path: this.#path, text, revision: revisionOf(text), warnings: this.#warnings(text) }
  }

  /**
   * Checks, and holds the log to its own folders; keeps the previous text as `nps.conf.previous`, writes atomically and applies.
   * Saves and reloads wait for each other: of two that have read the same text, the second must see what the first wrote.
   *
   * @throws RelayError `config-invalid` (nothing is written) or `config-changed` when someone else was faster
   */
  save(change: { text: string; revision: string }): Promise<{ revision: string; restartNeeded: boolean }> {
    return this.#inTurn(() => this.#save(change))
  }

  /** Reads the file again and applies it. @throws RelayError `config-invalid`; the old settings stay in force then */
  reload(): Promise<{ waiting: SettingKey[]; warnings: ConfigWarning[] }> {
    return this.#inTurn(async () => {
      const { config, warnings } = parseRelayConfig(await readConfigFile(this.#path), this.#path)
      return { ...(await this.#apply(config)), warnings }
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  async #save({ text, revision }: { text: string; revision: string }): Promise<{
    revision: string
    restartNeeded: boolean
  }> {
    const { config } = parseRelayConfig(text, this.#path)
    const before = await readConfigFile(this.#path)
    checkLogPath(text, { before, path: this.#path })
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
    const { waiting } = await this.#apply(config)
    return { revision: revisionOf(text), restartNeeded: waiting.length > 0 }
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

/**
 * Whoever has the API may see everything here, but still must not be able to make nps, which may be root, write wherever they
 * like. A path that is already in the file was chosen by someone on this machine.
 */
function checkLogPath(text: string, { before, path }: { before: string; path: string }): void {
  const wanted = readConf(text).get('log_path') ?? ''
  if (wanted === '' || wanted === readConf(before).get('log_path')) return
  const root = dirname(dirname(path))
  const folders = [join(root, 'log'), join(root, 'state'), '/var/log/nps']
  const isOwn = folders.includes(dirname(wanted)) && /^[\w.-]+\.log$/.test(basename(wanted))
  if (isOwn || wanted === '/var/log/nps.log') return
  const line = splitLines(text).findLastIndex((raw) => {
    const read = readConfLine(raw)
    return read.kind === 'pair' && read.key === 'log_path'
  })
  const problem = `log_path can be set from here to a file *.log in ${folders.join(', ')}; for another place edit the file on the server`
  throw configError(path, line + 1, problem, 'log_path')
}
