import { labPlatform, type LabPlatform } from '@nps-desktop/electron/contract'
import { until } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import {
  type Arch,
  type Compression,
  findProgram,
  unpackable,
  type ProgramFolders,
} from '../provisioning/install/program-files.ts'
import { Workplace } from '../provisioning/jobs/workplace.ts'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { canUnxz, putAgentProgram } from './put-agent-program.ts'

/** Most lab boxes first. */
const arches: readonly Arch[] = ['amd64', 'arm64']

interface Sharing {
  readonly serverId: string
  /** Why it did not work, or null; never rejects. */
  readonly done: Promise<unknown>
  readonly stop: AbortController
}

/**
 * Puts npc on a server, from where the pasted line fetches it: such a lab box is one that this computer cannot reach. It
 * takes a while and nothing else waits for it, so it runs beside, after the server was set up. The programs for Linux go
 * there at once, those for another system when a line for it is asked for.
 */
export class AgentPrograms {
  readonly #options: { storage: Storage; machines: Machines; programFolders: ProgramFolders; log: Log }
  readonly #running = new Map<string, Sharing>()
  readonly #shared = new Set<string>()
  #isClosed = false

  constructor(options: { storage: Storage; machines: Machines; programFolders: ProgramFolders; log: Log }) {
    this.#options = options
  }

  /** Begins, unless it is going on or was done. `workplace`: with what a job knows, and its session; it is released at the end. */
  share(serverId: string, workplace: Workplace): void {
    this.#begin(serverId, 'linux', workplace)
  }

  #begin(serverId: string, platform: LabPlatform, workplace?: Workplace): void {
    const key = keyOf(serverId, platform)
    if (this.#running.has(key) || this.#shared.has(key) || this.#isClosed) return workplace?.release()
    const stop = new AbortController()
    const done = this.#share(serverId, platform, workplace, stop.signal).finally(() =>
      this.#running.delete(key),
    )
    this.#running.set(key, { serverId, done, stop })
  }

  /**
   * Fulfils when the server has them, or when it is clear that it does not get them from here. For a person who waits: what the
   * server asks at the sign-in is put to them. Rejects with
   * `program-missing` where this app has none for a system that was asked for by name.
   */
  async ready(serverId: string, platform: LabPlatform, { signal }: { signal: AbortSignal }): Promise<void> {
    this.#begin(serverId, platform)
    signal.throwIfAborted()
    const running = this.#running.get(keyOf(serverId, platform))
    const problem = running && (await until(running.done, { signal }))
    const isMissing = problem instanceof AppError && problem.code === 'program-missing'
    if (isMissing && platform !== 'linux') throw problem
  }

  /** Before the server is taken down: nothing is written there any more. */
  async stop(serverId: string): Promise<void> {
    for (const platform of labPlatform.options) this.#shared.delete(keyOf(serverId, platform))
    const running = [...this.#running.values()].filter((sharing) => sharing.serverId === serverId)
    for (const { stop } of running) stop.abort()
    await Promise.all(running.map(({ done }) => done))
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    const servers = new Set([...this.#running.values()].map(({ serverId }) => serverId))
    await Promise.all([...servers].map((serverId) => this.stop(serverId)))
  }

  async #share(
    serverId: string,
    platform: LabPlatform,
    given: Workplace | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { storage, machines, programFolders, log } = this.#options
    const server = storage.servers.get(serverId)
    if (!server?.installed || !server.address) return given?.release()
    const { as, folder } = server.installed
    const ref = { kind: 'server', id: serverId } as const
    const root = as === 'root' ? 'if-possible' : 'never'
    const workplace = given ?? new Workplace(machines, ref, { root, asks: true })
    try {
      const find = (accepts: readonly Compression[]) =>
        Promise.all(
          (platform === 'windows' ? (['amd64'] as const) : arches).map((arch) =>
            findProgram(programFolders, { program: 'npc', platform, arch, accepts }),
          ),
        )
      // that there is none is known without asking the server
      await find(unpackable({ canXz: true }))
      const owner = await workplace.owner(signal)
      if (owner.as !== as)
        throw new Error(`this needs ${as === 'root' ? 'root' : 'the account without root'}`)
      const canXz = await canUnxz(owner.shell, { signal })
      // a .gz first: of anything else the server has to make one
      for (const file of await find(['gz', ...unpackable({ canXz })])) {
        const name = `npc-${platform}-${file.arch}${platform === 'windows' ? '.exe' : ''}.gz`
        const isNew = await putAgentProgram(owner.shell, file, `${folder}/programs/${name}`, { signal })
        if (isNew)
          log.info('npc put on the server for pasted lines', {
            server: server.name,
            program: name,
            bytes: file.bytes,
          })
      }
      this.#shared.add(keyOf(serverId, platform))
      return null
    } catch (error) {
      // The pasted line itself says what is missing; setting up has worked.
      if (!signal.aborted)
        log.warn('npc could not be put on the server for pasted lines', { server: server.name, error })
      return error
    } finally {
      workplace.release()
    }
  }
}

function keyOf(serverId: string, platform: LabPlatform): string {
  return `${serverId} ${platform}`
}
