import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomically } from '@nps-desktop/relay-core/files'

/**
 * An entry of the XDG Autostart specification (0.5): desktops on Linux start what it names when the person logs in.
 * @see https://specifications.freedesktop.org/autostart-spec/latest/
 */
export class AutostartFile {
  readonly #path: string
  readonly #text: string

  /** @param command the program and its arguments */
  constructor({ path, name, command }: { path: string; name: string; command: readonly string[] }) {
    this.#path = path
    this.#text = [
      '[Desktop Entry]',
      'Type=Application',
      `Name=${name}`,
      `Exec=${command.map(quoted).join(' ')}`,
      'Terminal=false',
      'X-GNOME-Autostart-enabled=true',
      '',
    ].join('\n')
  }

  /** False for an entry that was switched off in the desktop's own settings, too. */
  async isOn(): Promise<boolean> {
    const text = await this.#read()
    return text !== null && !/^(Hidden *= *true|X-GNOME-Autostart-enabled *= *false) *$/m.test(text)
  }

  async set(isOn: boolean): Promise<void> {
    if (!isOn) return rm(this.#path, { force: true })
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFileAtomically(this.#path, this.#text, 0o644)
  }

  /** Names the program where it lies now: an AppImage that was updated may have another file name. */
  async refresh(): Promise<void> {
    if ((await this.isOn()) && (await this.#read()) !== this.#text) await this.set(true)
  }

  async #read(): Promise<string | null> {
    try {
      return await readFile(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }
}

/**
 * One argument of `Exec`, by the Desktop Entry specification: quoted, with a backslash before what is special within quotes; then
 * backslashes are doubled, as in any value, and `%`, which begins a field code.
 */
function quoted(argument: string): string {
  if (/[\n\r]/.test(argument)) throw new Error(`${JSON.stringify(argument)} cannot stand in a desktop entry.`)
  const inQuotes = argument.replaceAll(/["`$\\]/g, String.raw`\$&`)
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`
}
