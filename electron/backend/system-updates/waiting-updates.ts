import type { SshAddress, SystemUpdates } from '@nps-desktop/electron/contract'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { Storage } from '../storage/records.ts'
import { parseUpdateList, updateListScript } from './update-list.ts'

/** A machine asks its own sources once a day. */
const keptForMs = 6 * 60 * 60_000
/** A look that has failed is not repeated at each visit of the page. */
const failedForMs = 10 * 60_000
/** Sign-in and answer together; apt takes some seconds on a small machine. */
const lookTimeoutMs = 45_000

interface Look {
  /** Of the machine that was asked: the server's record may have got another one since. */
  readonly address: SshAddress
  readonly untilMs: number
  readonly updates: SystemUpdates | null
}

interface WaitingUpdatesOptions {
  readonly storage: { readonly servers: Pick<Storage['servers'], 'get'> }
  readonly sessions: Pick<MachineSessions, 'use'>
  readonly clock: Clock
  readonly log: Log
}

/** Which security updates wait on a server: read-only, seldom, over the session that all share, and asking nobody. */
export class WaitingUpdates {
  readonly #options: WaitingUpdatesOptions
  readonly #looks = new Map<string, Look>()
  readonly #running = new Map<string, Promise<SystemUpdates | null>>()
  readonly #stop = new AbortController()

  constructor(options: WaitingUpdatesOptions) {
    this.#options = options
  }

  /** What was read last stays known where a later look fails. */
  async read({ serverId }: { serverId: string }): Promise<{ updates: SystemUpdates | null }> {
    const { storage, clock } = this.#options
    const server = storage.servers.get(serverId)
    if (!server?.address) return { updates: null }
    const last = this.#lastOf(serverId, server.address)
    if (last && clock.now() < last.untilMs) return { updates: last.updates }
    const running = this.#running.get(serverId) ?? this.#look(serverId, server.address)
    this.#running.set(serverId, running)
    return { updates: await running }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running.values())
  }

  #lastOf(serverId: string, { host, port, user }: SshAddress): Look | undefined {
    const last = this.#looks.get(serverId)
    const { address } = last ?? {}
    const isSame = address?.host === host && address.port === port && address.user === user
    return isSame ? last : undefined
  }

  /** Never rejects. */
  async #look(serverId: string, address: SshAddress): Promise<SystemUpdates | null> {
    const { clock, log } = this.#options
    let updates = this.#lastOf(serverId, address)?.updates ?? null
    let forMs = failedForMs
    try {
      const read = await this.#ask(serverId)
      if (read) [updates, forMs] = [read, keptForMs]
    } catch (error) {
      if (!this.#stop.signal.aborted)
        log.info('a server could not be asked for its updates', { server: serverId, error })
    } finally {
      this.#running.delete(serverId)
    }
    this.#looks.set(serverId, { address, updates, untilMs: clock.now() + forMs })
    return updates
  }

  async #ask(serverId: string): Promise<SystemUpdates | null> {
    const { sessions, clock } = this.#options
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(lookTimeoutMs)])
    using use = await sessions.use({ kind: 'server', id: serverId }, { signal })
    const { user } = use.session.address
    const shell = new RemoteShell(use.session)
    const { stdout } = await shell.run(updateListScript, { timeoutMs: lookTimeoutMs, signal })
    return parseUpdateList(stdout, { atMs: clock.now(), asRoot: user === 'root' })
  }
}
