import type { TunnelRecord } from '../../store/tunnel-store.ts'
import { RelayError } from '../../../api/errors.ts'
import { readTunnelHost } from '../../hosts/host-name.ts'
import { rulePath } from '../../hosts/routing-path.ts'
import { unreadSetting } from './readable-settings.ts'

/** Which visitors of the relay a host tunnel claims. */
interface HostClaim {
  /** As `readTunnelHost` gives it. */
  readonly name: string
  readonly path: string
}

type HostTunnel = Pick<TunnelRecord, 'id' | 'clientId' | 'settings' | 'pushedBy'>

/**
 * Whether an agent may have the host that it brings. It may not take or cover another client's host, or take a part of it,
 * whether that one runs or not; only a person can assign `*`. `names`: the only ones its client allows, which it
 * may have beside another client's `*`; undefined: any.
 *
 * @throws RelayError `host-not-allowed`
 */
export function checkPushedHost(
  pushed: HostTunnel,
  { names, others }: { names: readonly string[] | undefined; others: readonly HostTunnel[] },
): void {
  const claim = claimOf(pushed)
  if (!claim) return
  const host = `${claim.name}${claim.path}`
  if (claim.name === '*') {
    throw notAllowed(host, 'An agent may not bring the host *, which takes what no other tunnel does.')
  }
  if (names && !names.some((name) => covers(readTunnelHost(name), claim.name))) {
    throw notAllowed(host, `The agent's client may only bring ${names.join(', ')}, and not ${claim.name}.`)
  }
  const rival = others.find((other) => {
    // One with a host that only a later version can read is closed, and claims none.
    const claims = other.clientId !== pushed.clientId && unreadSetting(other.settings) === undefined
    const taken = claims ? claimOf(other) : undefined
    return taken && !(names && taken.name === '*') && meets(claim, taken)
  })
  if (rival) {
    throw notAllowed(host, `${host} is, covers or lies below what tunnel ${rival.id} of another client has.`)
  }
}

/** Whether some visit could match both. */
function meets(one: HostClaim, other: HostClaim): boolean {
  return (
    (covers(one.name, other.name) || covers(other.name, one.name)) &&
    (one.path.startsWith(other.path) || other.path.startsWith(one.path))
  )
}

function covers(name: string, other: string): boolean {
  return name === '*' || name === other || (name.startsWith('*.') && other.endsWith(name.slice(1)))
}

function claimOf({ settings: { host } }: HostTunnel): HostClaim | undefined {
  return host && { name: readTunnelHost(host.name), path: rulePath(host.path) }
}

function notAllowed(host: string, why: string): RelayError {
  return new RelayError('host-not-allowed', `${why} A person can add the tunnel instead.`, { host })
}
