import type { Clock } from '@nps-desktop/relay-core/async'
import { AppError } from '../failures/app-error.ts'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import { type Machines, secretName } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { SshDoor } from './ssh-door.ts'

/** The calls of `console`. */
export class ConsoleDoors {
  readonly #options: { storage: Storage; machines: Pick<Machines, 'open'>; relays: Relays; clock: Clock }
  readonly #doors = new Map<string, { door: SshDoor; targetPort: number }>()
  #isClosed = false

  constructor(options: { storage: Storage; machines: Pick<Machines, 'open'>; relays: Relays; clock: Clock }) {
    this.#options = options
  }

  /**
   * See the contract. Throws `version-unsupported` for an nps that gives no passes, and what opening an ssh session throws. The pass
   * stands behind the `#`: no server is sent it in an address, so none logs it.
   */
  async open(
    { serverId }: { serverId: string },
    { signal }: { signal: AbortSignal },
  ): Promise<{ url: string }> {
    const { storage, relays } = this.#options
    const server = storage.servers.get(serverId)
    if (!server?.relay) throw new AppError('not-found', 'This server is no longer in the list.', {})
    const api = await relays.reach(serverId, { signal })
    const signsIn =
      server.address !== null && storage.secrets.has(secretName({ kind: 'server', id: serverId }))
    try {
      const { token, port, path, isTls } = await api.console.pass({}, { signal })
      const overSsh = signsIn && !isTls
      const host = overSsh
        ? `127.0.0.1:${await this.#doorTo(serverId, port, signal)}`
        : `${inUrl(server.relay.host)}:${port}`
      return { url: `${isTls ? 'https' : 'http'}://${host}${path}/#pass=${token}` }
    } catch (error) {
      if (!isUnknownCall(error)) throw error
      throw new AppError(
        'version-unsupported',
        `The nps on ${server.name} is too old to let the app into its console. Update it.`,
        { server: server.name },
      )
    }
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true
    for (const { door } of this.#doors.values()) door.close()
  }

  async #doorTo(serverId: string, targetPort: number, signal: AbortSignal): Promise<number> {
    const known = this.#doors.get(serverId)
    if (known?.door.isOpen && known.targetPort === targetPort) return known.door.port
    known?.door.close()
    const { machines, clock } = this.#options
    const session = await machines.open({ kind: 'server', id: serverId }, { signal })
    const door = await SshDoor.open(session, targetPort, { clock })
    if (this.#isClosed || signal.aborted) {
      door.close()
      signal.throwIfAborted()
    }
    this.#doors.set(serverId, { door, targetPort })
    return door.port
  }
}

/** An address of IPv6 stands in brackets. */
function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
