import type { ServerUse } from '@nps-desktop/electron/contract'
import type { MachineUse } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import { untilRelay } from '../relays/relay-view.ts'

/**
 * What the machine of each server is doing, as its own relay tells while somebody looks. The relay is asked and not the machine
 * itself over ssh: that works for servers that were connected by their key too, and needs no session and no shell there.
 */
export class ServerUses {
  readonly #relays: Relays
  readonly #log: Log
  /** A server that has fallen silent keeps its last values on the screen. */
  readonly #last = new Map<string, MachineUse>()

  constructor(options: { relays: Relays; log: Log }) {
    this.#relays = options.relays
    this.#log = options.log
  }

  async *watch(
    { serverId }: { serverId: string },
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<ServerUse, void, void> {
    yield { use: this.#last.get(serverId) ?? null, tells: true }
    const isOnline = (): boolean => this.#relays.view(serverId).link.state === 'online'
    try {
      while (!signal.aborted) {
        await untilRelay(this.#relays, serverId, isOnline, { signal })
        yield* this.#listen(serverId, signal)
        // a new link may lead to a newer nps
        await untilRelay(this.#relays, serverId, () => !isOnline(), { signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async *#listen(serverId: string, signal: AbortSignal): AsyncGenerator<ServerUse, void, void> {
    try {
      for await (const use of await this.#relays.api(serverId).status.machine({}, { signal })) {
        this.#last.set(serverId, use)
        yield { use, tells: true }
      }
    } catch (error) {
      if (isUnknownCall(error)) yield { use: null, tells: false }
      else this.#log.debug('a server does not tell what it is doing', { server: serverId, error })
    }
  }
}
