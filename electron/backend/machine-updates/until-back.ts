import { type Clock, every, pause } from '@nps-desktop/relay-core/async'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import type { Relays } from '../relays/relays.ts'
import { untilRelay } from '../relays/relay-view.ts'

type Until = (version: string, options: { signal: AbortSignal }) => Promise<void>

/** A link rests for longer and longer between its tries; here each second counts. */
const tryIntervalMs = 1_000

/** The relay answers the app again, restarted and of the new version. */
export async function watchRelay(
  relays: Relays,
  serverId: string,
  { signal }: { signal: AbortSignal },
): Promise<Until> {
  const api = await relays.reach(serverId, { signal })
  const { startedAtMs: before } = await api.status.get({}, { signal })
  return async (version, options) => {
    using _ = every(tryIntervalMs, () => relays.retryNow(serverId))
    await untilRelay(
      relays,
      serverId,
      ({ link, mirror: { status } }) =>
        link.state === 'online' && status?.version === version && status.startedAtMs !== before,
      options,
    )
  }
}

/** The lab box's agent is online at its relay again, and of the new version. */
export async function watchAgent(
  relays: Pick<Relays, 'reach'>,
  { serverId, clientId }: { serverId: string; clientId: number | null },
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Until> {
  const { clients } = await relays.reach(serverId, { signal })
  const before = sinceMs(await clients.list({}, { signal }), clientId)
  return async (version, options) => {
    const isBack = (list: readonly Client[]): boolean => {
      const agent = list.find(({ id }) => id === clientId)?.agent
      return agent?.state === 'online' && agent.version === version && agent.sinceMs !== before
    }
    for (;;) {
      try {
        const now = await relays.reach(serverId, options)
        for await (const list of await now.clients.watch({}, options)) if (isBack(list)) return
      } catch {
        // the line from here to the server broke off, which says nothing about the lab box
      }
      await pause(tryIntervalMs, { signal: options.signal, clock })
    }
  }
}

type Client = Awaited<ReturnType<RelayClient['clients']['list']>>[number]

function sinceMs(list: readonly Client[], clientId: number | null): number | null {
  const agent = list.find(({ id }) => id === clientId)?.agent
  return agent?.state === 'online' ? agent.sinceMs : null
}
