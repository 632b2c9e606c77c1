import type { RelayTunnel } from '@nps-desktop/relay-core/api'
import { isDeepStrictEqual } from 'node:util'
import type { Relays } from '../relays/relays.ts'
import { untilRelay } from '../relays/relay-view.ts'

/** The feed follows a call within milliseconds; after this the link is as good as lost and tells so itself. */
const notifyTimeoutMs = 3_000

/**
 * Fulfils when what the app shows has caught up with what a call has changed, so that the next question is about the
 * tunnel as it is now. A feed that stays behind is not the call's failure: the call is done.
 */
export async function untilTold(relays: Relays, serverId: string, changed: RelayTunnel): Promise<void> {
  const { id, name, mode, port, target, enabled, settings, limits } = changed
  const isTold = (one: RelayTunnel): boolean =>
    one.id === id &&
    one.name === name &&
    one.mode === mode &&
    one.port === port &&
    one.target === target &&
    one.enabled === enabled &&
    isDeepStrictEqual(one.settings, settings) &&
    isDeepStrictEqual(one.limits, limits)
  const deadline = AbortSignal.timeout(notifyTimeoutMs)
  await untilRelay(relays, serverId, ({ mirror }) => mirror.tunnels?.some(isTold) ?? false, {
    signal: deadline,
  }).catch((error: unknown) => {
    if (!deadline.aborted) throw error
  })
}
