import { canBePrivate, isNetworkKind, namesakeOf, tunnelUse } from '@nps-desktop/electron/contract'
import type { TunnelKind, TunnelPlace } from '@nps-desktop/electron/contract'
import { pairsOf } from '../form/port-range.ts'
import { parsePort } from '../form/tunnel-form.ts'
import type { SheetReach } from '../sheet/sheet-reach.ts'
import type { TunnelDraft } from '../form/tunnel-draft.ts'

/** The address that a tunnel will get, for the foot of its form, and the words before it. */
export interface ResultAddress {
  readonly says: 'onLaptop' | 'forAnyone' | 'forListed' | 'programsUse' | 'nextPorts' | 'noPort' | 'noWebPort'
  /** Empty where it cannot be told yet. */
  readonly address: string
}

/** As the tunnel's row and page write it. */
const laptopHost = '127.0.0.1'

/** `place`: null until the server has been asked; `taken`: the ports of this laptop that other tunnels have. */
export function resultAddress(
  kind: TunnelKind,
  {
    draft,
    reach,
    place,
    taken,
  }: {
    draft: TunnelDraft
    reach: SheetReach
    place: TunnelPlace | null
    taken: ReadonlySet<number>
  },
): ResultAddress {
  if (kind === 'host') return webResult(draft, place)
  const range = rangeResult(kind, { draft, reach, place, taken })
  if (range) return range
  if (canBePrivate(kind) && reach === 'laptop') {
    const port = parsePort(draft.port) ?? laptopPortOf(namesakeOf(kind, draft.target), taken)
    return { says: 'onLaptop', address: port === null ? '' : written(kind, laptopHost, port) }
  }
  if (!place) return { says: 'forAnyone', address: '' }
  const port = parsePort(draft.port) ?? place.nextPort
  if (port === null) return { says: 'noPort', address: '' }
  const says = isNetworkKind(kind) ? 'programsUse' : reach === 'listed' ? 'forListed' : 'forAnyone'
  return { says, address: written(kind, place.host, port) }
}

/** Of several ports at once, or of none that can be had; null for one. */
function rangeResult(
  kind: TunnelKind,
  { draft, reach, place, taken }: Parameters<typeof resultAddress>[1],
): ResultAddress | null {
  const pairs = pairsOf(draft)
  const isHere = canBePrivate(kind) && reach === 'laptop'
  if ('fault' in pairs) return { says: isHere ? 'onLaptop' : 'forAnyone', address: '' }
  if (pairs.length < 2) return null
  const ports = pairs.map(({ port, target }) => port ?? (isHere ? laptopPortOf(target, taken) : null))
  const host = isHere ? laptopHost : place?.host
  const says = isHere ? 'onLaptop' : reach === 'listed' ? 'forListed' : 'forAnyone'
  if (host === undefined) return { says, address: '' }
  const [first, last] = [ports.at(0), ports.at(-1)]
  if (!first || !last) return { says: 'nextPorts', address: '' }
  return { says, address: `${host.includes(':') ? `[${host}]` : host}:${first}-${last}` }
}

/** How a new web address of a server is opened; null where it serves none, or has not been asked. */
export function webSchemeOf(place: TunnelPlace | null): 'http' | 'https' | null {
  if (place === null) return null
  if (place.httpsPort !== null) return 'https'
  return place.httpPort === null ? null : 'http'
}

function webResult({ hostName, path }: TunnelDraft, place: TunnelPlace | null): ResultAddress {
  if (!place) return { says: 'forAnyone', address: '' }
  const scheme = webSchemeOf(place)
  const port = place.httpsPort ?? place.httpPort
  if (scheme === null) return { says: 'noWebPort', address: '' }
  const name = hostName.trim()
  if (name === '' || name.startsWith('*')) return { says: 'forAnyone', address: '' }
  const isUsual = port === (scheme === 'http' ? 80 : 443)
  return {
    says: 'forAnyone',
    address: `${scheme}://${name}${isUsual ? '' : `:${port}`}${path === '/' ? '' : path}`,
  }
}

/** As the app chooses it: the target's own number, or one that needs no root, or the next that no tunnel has; another program may have it still. */
function laptopPortOf(target: string, taken: ReadonlySet<number>): number | null {
  const own = parsePort(target.slice(target.lastIndexOf(':') + 1))
  if (own === null) return null
  let port = own < 1024 ? own + 2000 : own
  while (taken.has(port)) port++
  return port
}

function written(kind: TunnelKind, host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  if (tunnelUse(kind) === 'copy-ssh-command') return `ssh -p ${port} ${host}`
  if (tunnelUse(kind) === 'copy-base-url') return `http://${name}:${port}/v1`
  if (kind === 'socks5') return `socks5://${name}:${port}`
  if (kind === 'httpProxy' || tunnelUse(kind) === 'open-page') return `http://${name}:${port}`
  return `${name}:${port}`
}
