import { knownServices, serviceKinds, tunnelUse } from '@nps-desktop/electron/contract'
import type { ServiceKind, TunnelKind } from '@nps-desktop/electron/contract'
import { type Entrance, plainEntrance } from '../storage/entrance.ts'

/** The port in a target (host:port); of several targets, the last one's. */
export function targetPort(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1))
}

/** Where the service listens on the lab box unless told otherwise. */
export function usualTarget(kind: ServiceKind): string {
  return `127.0.0.1:${knownServices[kind].usualPorts[0]}`
}

/** For tunnels that were made elsewhere: by the target's usual port, then by the name a person gave. */
export function guessKind(tunnel: { readonly name: string; readonly target: string }): TunnelKind {
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
  if (use === 'copy-address') return `${name}:${port}`
  const { secure, path } = entrance
  const page = `${secure ? 'https' : 'http'}://${name}:${port}${path === '/' ? '' : path}`
  return use === 'copy-base-url' ? `${page.replace(/\/$/, '')}/v1` : page
}
