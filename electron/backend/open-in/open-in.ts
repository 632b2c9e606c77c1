import type { OpenInProgram, OpenInView, SshPlace } from '@nps-desktop/electron/contract'
import type { Overview } from '@nps-desktop/electron/contract'
import type { Feed } from '@nps-desktop/relay-core/async'
import { AppError } from '../failures/app-error.ts'
import type { Shell } from '../shell.ts'
import type { SshEntries } from './ssh-entries.ts'
import { destinationOf, type SshHost, sshHosts } from './ssh-hosts.ts'
import type { SshSettings } from './ssh-settings.ts'

/** The calls of `openIn`: a lab box in other programs of this computer, by its SSH tunnel. */
export class OpenIn {
  readonly #programs: Shell['programs']
  readonly #overview: Feed<Overview>
  readonly #entries: SshEntries
  readonly #settings: SshSettings

  constructor(options: {
    programs: Shell['programs']
    overview: Feed<Overview>
    entries: SshEntries
    settings: SshSettings
  }) {
    this.#programs = options.programs
    this.#overview = options.overview
    this.#entries = options.entries
    this.#settings = options.settings
  }

  /** Programs are looked for once for each that watches. */
  async *watch(signal: AbortSignal): AsyncGenerator<OpenInView, void, void> {
    const programs = this.#programs ? await this.#programs.find() : (['vscode'] as const)
    const { config, own } = this.#settings
    for await (const { wish, failure, names } of this.#entries.feed.watch(signal)) {
      yield {
        programs: [...programs],
        byLink: this.#programs === undefined,
        entries: wish,
        files: { config, own },
        failure,
        names: { ...names },
      }
    }
  }

  async open(input: {
    labId: string
    program: OpenInProgram
    folder?: string | undefined
  }): Promise<{ link: string | null }> {
    const { labId, program, folder = null } = input
    const host = sshHosts(this.#overview.value).find((one) => one.labId === labId)
    if (!host) throw new AppError('not-found', 'This lab box has no SSH tunnel to open it by.', {})
    const place = placeOf(host, { name: this.#entries.feed.value.names[labId] ?? null, folder })
    if (!this.#programs) return { link: linkOf(place, program) }
    const reason = await this.#programs.open(program, place)
    if (reason !== null)
      throw new AppError('open-in-failed', `It could not be started: ${reason}`, { program, reason })
    return { link: null }
  }

  async keepEntries({ isOn }: { isOn: boolean }): Promise<void> {
    await this.#entries.keep(isOn)
  }
}

function placeOf(host: SshHost, { name, folder }: { name: string | null; folder: string | null }): SshPlace {
  const { port, user } = host
  const destination = destinationOf(host)
  const inBrackets = host.host.includes(':') ? destinationOf({ host: `[${host.host}]`, user }) : destination
  return {
    words: name === null ? ['-p', String(port), destination] : [name],
    authority: name ?? `${inBrackets}:${port}`,
    host: host.host,
    port,
    user,
    folder,
  }
}

/** As VS Code reads it: `vscode://vscode-remote/ssh-remote+AUTHORITY/FOLDER`. */
function linkOf({ authority, folder }: SshPlace, program: OpenInProgram): string {
  if (program !== 'vscode')
    throw new AppError('not-possible-here', 'A page cannot start this program; the desktop app can.', {})
  const path = (folder ?? '/').split('/').map(encodeURIComponent).join('/')
  return `vscode://vscode-remote/ssh-remote+${encodeURIComponent(authority)}${path}?windowId=_blank`
}
