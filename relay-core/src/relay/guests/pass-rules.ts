import { maxPassMs } from '../../api/words/max-pass-ms.ts'
import { RelayError } from '../../api/errors.ts'
import type { Limits } from '../../api/limits.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import { takesSetting } from '../../api/tunnel-modes.ts'
import { networkOf } from '../../net/address/network-of.ts'

/** Guests have names; nobody has this many. */
export const maxPasses = { perTunnel: 32, total: 1_000 } as const

/** What a guest's address is known by: an IPv4 address as it is, of an IPv6 address the /64, because its end changes daily. */
export function guestNetwork(address: string): string {
  return networkOf(address)
}

/** @throws RelayError `invalid-input` for a pass that would let nobody in, or that nobody needs */
export function checkNewPass(
  { address, expiresAtMs }: { address: string | null; expiresAtMs: number },
  { tunnel, clientLimits }: { tunnel: RelayTunnel; clientLimits: Limits },
  nowMs: number,
): void {
  if (expiresAtMs <= nowMs || expiresAtMs > nowMs + maxPassMs) {
    throw invalid('expiresAtMs', 'A guest pass ends between now and 30 days from now.')
  }
  const { id, mode, limits, settings } = tunnel
  if (address === null) {
    if (settings.proxyProtocol !== undefined) {
      throw invalid(
        'proxyProtocol',
        `The service of tunnel ${id} is told each visitor's address by the PROXY protocol, which a guest with a line cannot send.`,
      )
    }
    // A proxy would open the whole network of the lab to a guest.
    if (mode === 'tcp' || mode === 'private') return
    throw invalid(
      'mode',
      `Tunnel ${id} is of mode ${mode}: only tcp and private tunnels have passes with a line.`,
    )
  }
  if (takesSetting(mode, 'password')) {
    throw invalid('address', `Tunnel ${id} is private: it has no port that an address could be let in to.`)
  }
  const isOpen = [limits, clientLimits].every(({ allow = [] }) => allow.length === 0)
  if (isOpen) {
    throw invalid(
      'address',
      `Tunnel ${id} lets every address in already. Give it a list of those who may, or make a line.`,
    )
  }
}

function invalid(what: string, message: string): RelayError {
  return new RelayError('invalid-input', message, { what })
}
