import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import type { AgentSession } from '../../session/agent-session.ts'
import type { TunnelUser } from '../tunnels/tunnel-users.ts'
import type { TunnelConnection } from '../tunnels/tunnel-connection.ts'
import type { TunnelConnections } from '../tunnels/tunnel-connections.ts'
import type { PasswordCheck } from '../tunnels/password-check.ts'
import type { RoundRobinTargets } from '../tunnels/round-robin-targets.ts'
import type { Certificate } from './certificates.ts'
import type { HostRefusal } from './answers/error-page.ts'
import type { HostRule } from './host-table.ts'

/** A host tunnel as the listeners see it: what it answers to, how, and by whom. */
export interface HostSite {
  readonly tunnelId: number
  readonly clientId: number
  readonly rule: HostRule
  readonly paused: boolean
  readonly redirectToHttps: boolean
  readonly hostHeader: string | undefined
  readonly setHeaders: Readonly<Record<string, string>>
  /** Empty: everyone is let in. */
  readonly users: readonly TunnelUser[]
  readonly passwords: PasswordCheck
  /** Its own; undefined: the default one. */
  readonly certificate: Certificate | undefined
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
  readonly session: () => AgentSession | undefined
}

/** Why a visitor goes no further; `reason` is for the log. */
interface Refused {
  readonly refusal: HostRefusal
  readonly reason: unknown
}

/** Lets a visitor in if the limits allow it; it has to `leave` in the end. */
export function enterSite(
  { connections }: HostSite,
  visitor: { address: string; port: number },
): TunnelConnection | Refused {
  try {
    return connections.enter(visitor)
  } catch (reason) {
    return { refusal: refusalOf(reason), reason }
  }
}

/** A stream to the next target of `site`. */
export async function reachTarget(
  { session, targets }: HostSite,
  { visitor, signal }: TunnelConnection,
): Promise<Duplex | Refused> {
  const agent = session()
  if (!agent) return { refusal: 'offline', reason: 'the lab box is offline' }
  const target = targets.next()
  if (!target) return { refusal: 'target-failed', reason: 'there is no target' }
  try {
    return await agent.openStream(target, { signal, visitor })
  } catch (reason) {
    return { refusal: refusalOf(reason), reason }
  }
}

function refusalOf(reason: unknown): HostRefusal {
  if (!(reason instanceof RelayError)) return 'target-failed'
  switch (reason.code) {
    case 'target-refused':
      return 'target-refused'
    case 'target-timeout':
    case 'agent-silent':
      return 'target-timeout'
    case 'agent-offline':
    case 'agent-replaced':
      return 'offline'
    case 'limit-reached':
      return 'too-many'
    case 'quota-used':
    case 'expired':
      return 'limit'
    case 'address-denied':
      return 'denied'
    default:
      return 'target-failed'
  }
}
