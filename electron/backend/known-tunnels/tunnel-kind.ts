import { isServiceKind, knownServices, serviceKinds, tunnelUse } from '@nps-desktop/electron/contract'
import { counterpartOf, takesSetting } from '@nps-desktop/relay-core/api'
import type { HostRoute, TunnelMode } from '@nps-desktop/relay-core/api'
import type { PlainKind, ServiceKind, TunnelKind } from '@nps-desktop/electron/contract'
import { type Entrance, plainEntrance } from '../storage/entrance.ts'

/** The port in a target (host:port); of several targets, the last one's. */
export function targetPort(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1))
}

/** Its mode where that says it all; else what is noted, what it was `seen` to be by its answers, or what can be guessed. */
export function kindOf(
  tunnel: { readonly name: string; readonly target: string; readonly mode: TunnelMode },
  noted: TunnelKind | undefined,
  seen?: ServiceKind,
): TunnelKind {
  const { mode } = tunnel
  const plain = (takesSetting(mode, 'password') ? counterpartOf(mode) : mode) as PlainKind
  if (plain !== 'tcp') return plain
  return noted !== undefined && (noted === 'tcp' || isServiceKind(noted))
    ? noted
    : (seen ?? guessKind(tunnel))
}

/** For tunnels that were made elsewhere and have not answered yet: by the target's usual port, then by the name a person gave. */
function guessKind(tunnel: { readonly name: string; readonly target: string }): TunnelKind {
  const port = targetPort(tunnel.target)
  const byPort = serviceKinds.find((kind) => {
    const { usualPorts, isKnownByPort } = knownServices[kind]
    const [first, last] = usualPorts
    return isKnownByPort && port >= first && port <= last
  })
  // "Jupyter over ssh" is a Jupyter
  return byPort ?? serviceKinds.findLast((kind) => knownServices[kind].usualName.test(tunnel.name)) ?? 'tcp'
}

/** What a person copies or opens; never holds a secret. `user` is left out where it is not known. */
export function addressOf(
  kind: TunnelKind,
  {
    host,
    port,
    user,
    entrance = plainEntrance,
  }: { host: string; port: number; user: string | null; entrance?: Entrance },
): string {
  const use = tunnelUse(kind)
  if (use === 'copy-ssh-command') return `ssh -p ${port} ${user === null ? '' : `${user}@`}${host}`
  const name = host.includes(':') ? `[${host}]` : host
  if (kind === 'socks5') return `socks5://${name}:${port}`
  if (kind === 'httpProxy') return `http://${name}:${port}`
  if (use === 'copy-address') return `${name}:${port}`
  const { secure, path } = entrance
  const page = `${secure ? 'https' : 'http'}://${name}:${port}${path === '/' ? '' : path}`
  return use === 'copy-base-url' ? `${page.replace(/\/$/, '')}/v1` : page
}

/** The ports of the server that all web addresses share; null where it has none. */
export interface WebPorts {
  readonly http: number | null
  readonly https: number | null
}

/** The one of the two by which a web address is visited: HTTPS where it has that. Null: by none. */
export function webPort({ scheme }: Pick<HostRoute, 'scheme'>, { http, https }: WebPorts): number | null {
  if (scheme === 'http') return http
  return https ?? (scheme === 'https' ? null : http)
}

/** What a person opens; empty where it cannot be: no port is open, or the name stands for many. */
export function webAddress(route: HostRoute, ports: WebPorts): string {
  const port = webPort(route, ports)
  if (port === null || route.name.startsWith('*')) return ''
  const secure = port === ports.https
  const usual = secure ? 443 : 80
  const path = route.path === '/' ? '' : route.path
  return `${secure ? 'https' : 'http'}://${route.name}${port === usual ? '' : `:${port}`}${path}`
}
