import { readSwitch } from '../file/read-switch.ts'
import { configError, type IniSection } from '../file/ini.ts'
import type { ConfigWarning } from '../relay/relay-config.ts'

/** The values of one section: the last value of a key counts, and once all are read, the keys that had no effect are known. */
export class SectionValues {
  readonly name: string
  readonly line: number
  readonly #file: string
  readonly #values = new Map<string, { value: string; line: number }>()
  readonly #read = new Set<string>()

  constructor(section: IniSection, file: string) {
    this.name = section.name
    this.line = section.line
    this.#file = file
    for (const { key, value, line } of section.entries) this.#values.set(key, { value, line })
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  /** Empty when it is missing. */
  text(key: string): string {
    this.#read.add(key)
    return this.#values.get(key)?.value ?? ''
  }

  required(key: string): string {
    const value = this.text(key)
    if (value === '') throw this.wrong(key, 'is missing')
    return value
  }

  flag(key: string): boolean {
    const value = this.text(key)
    let isOn = false
    if (readSwitch(value, (read) => (isOn = read))) throw this.wrong(key, `is true or false, not "${value}"`)
    return isOn
  }

  /** A whole number; `otherwise` when it is missing. */
  count(key: string, otherwise: number): number {
    const value = this.text(key)
    if (value === '') return otherwise
    if (!/^\d{1,9}$/.test(value)) throw this.wrong(key, `needs a whole number, not "${value}"`)
    return Number(value)
  }

  /** Comma-separated, without empty ones. */
  list(key: string): string[] {
    return this.text(key)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  /** Keys with this prefix, without it, and their values. */
  beginningWith(prefix: string): [string, string][] {
    return [...this.#values.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => [key.slice(prefix.length), this.text(key)])
  }

  /** `config-invalid` at the key's line, or at the title's when the key is missing. */
  wrong(key: string, problem: string): Error {
    const line = this.#values.get(key)?.line ?? this.line
    return configError(this.#file, line, `${key} ${problem}`, key)
  }

  lineOf(key: string): number {
    return this.#values.get(key)?.line ?? this.line
  }

  /** A warning for each key that was never read. */
  unused(reasons: Readonly<Record<string, string>> = {}): ConfigWarning[] {
    return [...this.#values]
      .filter(([key]) => !this.#read.has(key))
      .map(([key, { line }]) => ({
        line,
        message: Object.hasOwn(reasons, key) ? `${key}: ${reasons[key]}` : `${key} means nothing here`,
      }))
  }
}
