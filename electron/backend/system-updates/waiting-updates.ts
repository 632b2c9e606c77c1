import type { SystemUpdates } from '@nps-desktop/electron/contract'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { Workplace } from '../provisioning/jobs/workplace.ts'
import type { Machines } from '../ssh/machines.ts'
import type { ServerRecord, Storage } from '../storage/records.ts'
import { parseUpdateList, updateListScript } from './update-list.ts'

/** A machine asks its own sources once a day. */
const keptForMs = 6 * 60 * 60_000
/** A look that has failed is not repeated at each visit of the page. */
const failedForMs = 10 * 60_000
/** Sign-in and answer together; apt takes some seconds on a small machine. */
const lookTimeoutMs = 45_000

interface Look {
  readonly untilMs: number
  readonly updates: SystemUpdates | null
}

/** Which security updates wait on a server: read-only, seldom, with the saved sign-in, and asking nobody. */
export class WaitingUpdates {
  readonly #options: { storage: Storage; machines: Machines; clock: Clock; log: Log }
  readonly #looks = new Map<string, Look>()
  readonly #running = new Map<string, Promise<SystemUpdates | null>>()
  readonly #stop = new AbortController()

  constructor(options: { storage: Storage; machines: Machines; clock: Clock; log: Log }) {
    this.#options = options
  }

  async read({ serverId }: { serverId: string }): Promise<{ updates: SystemUpdates | null }> {
    const { storage, clock } = this.#options
    const server = storage.servers.get(serverId)
    if (!server?.address) return { updates: null }
    const last = this.#looks.get(serverId)
    if (last && clock.now() < last.untilMs) return { updates: last.updates }
    const running = this.#running.get(serverId) ?? this.#look(server)
    this.#running.set(serverId, running)
    return { updates: await running }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running.values())
  }

  /** Never rejects. */
  async #look(server: ServerRecord): Promise<SystemUpdates | null> {
    const { machines, clock, log } = this.#options
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(lookTimeoutMs)])
    const ref = { kind: 'server', id: server.id } as const
    const workplace = new Workplace(machines, ref, { root: 'never' })
    let updates: SystemUpdates | null = null
    try {
      const { shell, user } = await workplace.owner(signal)
      const { stdout } = await shell.run(updateListScript, { timeoutMs: lookTimeoutMs, signal })
      updates = parseUpdateList(stdout, { atMs: clock.now(), asRoot: user === 'root' })
    } catch (error) {
      if (!this.#stop.signal.aborted)
        log.info('a server could not be asked for its updates', { server: server.name, error })
    } finally {
      workplace.release()
      this.#running.delete(server.id)
    }
    this.#looks.set(server.id, { updates, untilMs: clock.now() + (updates ? keptForMs : failedForMs) })
    return updates
  }
}
