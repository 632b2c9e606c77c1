import { RelayError } from '../api/errors.ts'
import type { ByRelayReason } from '../api/direct/private-way.ts'
import type { SeenNetworks } from '../direct/punch/seek-way.ts'

/** Why a way was looked for in vain, by what both ends have learned of their networks; undefined: nothing. */
export function reasonOfNetworks(seen: SeenNetworks | undefined): ByRelayReason {
  if (!seen) return 'networks'
  const { hearsRelay, hasPortPerPeer } = seen
  if (hearsRelay === false) return 'no-udp'
  if (hasPortPerPeer.own) return 'router-here'
  return hasPortPerPeer.theirs ? 'router-there' : 'networks'
}

/** Why no link was arranged. */
export function reasonOfFailure(error: unknown): ByRelayReason {
  if (!(error instanceof RelayError)) return 'unanswered'
  switch (error.code) {
    case 'direct-off':
      return 'off-server'
    case 'direct-limited':
      return 'limited'
    case 'direct-declined':
      return 'off-lab'
    case 'mode-unsupported':
      return 'older'
    case 'limit-reached':
    case 'target-denied':
      return 'busy'
    default:
      return 'unanswered'
  }
}

/** For log and `npc status`. */
export const byRelayWords: Record<ByRelayReason, string> = {
  'not-tried': 'a direct way is looked for with the next connection',
  looking: 'a direct way is being looked for',
  networks: 'the networks in between let no direct way through',
  'router-here': 'the router of this network gives each destination another port',
  'router-there': 'the router of the lab box’s network gives each destination another port',
  'no-udp': 'the server does not answer by UDP: it is blocked in this network, or its UDP ports are closed',
  silent: 'the direct way lets nothing through any more',
  limited:
    'the tunnel has a limit, a quota, a list of addresses or several targets, which are the server’s to see to',
  'off-server': 'direct links are switched off on the server',
  'off-lab': 'npc on the lab box takes part in no direct links (-direct=no, or a proxy)',
  'off-here': 'it is switched off here (-direct=no, or a proxy)',
  near: 'the server is on this machine',
  older: 'npc on the lab box, or the server, is too old for direct links',
  busy: 'server or lab box has as many direct links as it may, or was asked a moment ago',
  unanswered: 'server or lab box has not answered',
}
