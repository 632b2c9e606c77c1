import { until } from '@nps-desktop/relay-core/async'
import { createReadStream } from 'node:fs'
import type { Log } from '@nps-desktop/relay-core/log'
import { type Arch, findProgram, type ProgramFile } from '../provisioning/install/program-files.ts'
import { type MachineOwner, Workplace } from '../provisioning/jobs/workplace.ts'
import type { Machines } from '../ssh/machines.ts'
import { shellWord as quote } from '@nps-desktop/relay-core/api'
import type { Storage } from '../storage/records.ts'

/** Most lab boxes first. */
const arches: readonly Arch[] = ['amd64', 'arm64']
const uploadTimeoutMs = 20 * 60_000

/**
 * Puts npc on a server, from where the pasted line fetches it: such a lab box is one that this computer cannot reach. It
 * takes a while and nothing else waits for it, so it runs beside, after the server was set up.
 */
export class AgentPrograms {
  readonly #options: { storage: Storage; machines: Machines; programsFolder: string; log: Log }
  readonly #running = new Map<string, { readonly done: Promise<void>; readonly stop: AbortController }>()
  readonly #shared = new Set<string>()
  #isClosed = false

  constructor(options: { storage: Storage; machines: Machines; programsFolder: string; log: Log }) {
    this.#options = options
  }

  /** Begins, unless it is going on or was done. `workplace`: with what a job knows; it is released at the end. */
  share(serverId: string, workplace?: Workplace): void {
    if (this.#running.has(serverId) || this.#shared.has(serverId) || this.#isClosed)
      return workplace?.release()
    const stop = new AbortController()
    const done = this.#share(serverId, workplace, stop.signal).finally(() => this.#running.delete(serverId))
    this.#running.set(serverId, { done, stop })
  }

  /** Fulfils when the server has them, or when it is clear that it does not get them from here. */
  async ready(serverId: string, { signal }: { signal: AbortSignal }): Promise<void> {
    this.share(serverId)
    signal.throwIfAborted()
    const running = this.#running.get(serverId)
    if (running) await until(running.done, { signal })
  }

  /** Before the server is taken down: nothing is written there any more. */
  async stop(serverId: string): Promise<void> {
    this.#shared.delete(serverId)
    const running = this.#running.get(serverId)
    running?.stop.abort()
    await running?.done
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#running.keys()].map((serverId) => this.stop(serverId)))
  }

  async #share(serverId: string, given: Workplace | undefined, signal: AbortSignal): Promise<void> {
    const { storage, machines, programsFolder, log } = this.#options
    const server = storage.servers.get(serverId)
    if (!server?.installed || !server.address) return given?.release()
    const { as, folder } = server.installed
    const ref = { kind: 'server', id: serverId } as const
    const workplace = given ?? new Workplace(machines, ref, { root: as === 'root' ? 'if-possible' : 'never' })
    try {
      const owner = await workplace.owner(signal)
      if (owner.as !== as)
        throw new Error(`this needs ${as === 'root' ? 'root' : 'the account without root'}`)
      for (const arch of arches) {
        const file = await findProgram(programsFolder, {
          program: 'npc',
          platform: 'linux',
          arch,
          canXz: false,
        })
        const isNew = await putProgram(owner, file, `${folder}/programs/npc-linux-${arch}.gz`, signal)
        if (isNew)
          log.info('npc put on the server for pasted lines', { server: server.name, arch, bytes: file.bytes })
      }
      this.#shared.add(serverId)
    } catch (error) {
      // The pasted line itself says what is missing; setting up has worked.
      if (!signal.aborted)
        log.warn('npc could not be put on the server for pasted lines', { server: server.name, error })
    } finally {
      workplace.release()
    }
  }
}

/** False: the same file is there already. */
async function putProgram(
  owner: MachineOwner,
  file: ProgramFile,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const target = quote(path)
  const { stdout } = await owner.shell.run(`sha256sum < ${target}`, { signal })
  if (stdout.startsWith(file.sha256)) return false
  await owner.shell.output(
    // A name of its own: the account that nps runs as may write in this folder, and root must not follow its links.
    `new=$(mktemp ${target}.XXXXXX) || exit 1
cat > "$new" && [ "$(sha256sum < "$new" | cut -d ' ' -f 1)" = ${file.sha256} ] && chmod 644 "$new" && mv -f "$new" ${target} || { rm -f "$new"; exit 1; }`,
    { stdin: createReadStream(file.path) as AsyncIterable<Uint8Array>, timeoutMs: uploadTimeoutMs, signal },
  )
  return true
}
