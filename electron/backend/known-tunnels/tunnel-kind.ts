import type { TunnelKind, TunnelReach } from '@nps-desktop/electron/contract'
import { type Entrance, plainEntrance } from '../storage/entrance.ts'

/** Where each service listens by default. */
export const usualTargets: Readonly<Record<Exclude<TunnelKind, 'tcp'>, string>> = {
  ssh: '127.0.0.1:22',
  jupyter: '127.0.0.1:8888',
  tensorboard: '127.0.0.1:6006',
}

/**
 * Who can use a new tunnel while nobody has said so. Jupyter and TensorBoard speak plain HTTP, and a board asks nobody
 * who they are: they stay with this laptop. SSH encrypts, asks who comes, and is used from other machines too.
 */
export const usualReach: Readonly<Record<Exclude<TunnelKind, 'tcp'>, TunnelReach>> = {
  ssh: 'anyone',
  jupyter: 'laptop',
  tensorboard: 'laptop',
}

/** The port in a target (host:port); of several targets, the last one's. */
export function targetPort(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1))
}

/** For tunnels that were made elsewhere: by the target's usual port, then by the name a person gave. */
export function guessKind(tunnel: { readonly name: string; readonly target: string }): TunnelKind {
  const port = targetPort(tunnel.target)
  if (port === 22) return 'ssh'
  // both programs take the next ports when theirs is taken
  if (port >= 8888 && port <= 8899) return 'jupyter'
  if (port >= 6006 && port <= 6015) return 'tensorboard'
  if (/jupyter|notebook/i.test(tunnel.name)) return 'jupyter'
  if (/tensorboard/i.test(tunnel.name)) return 'tensorboard'
  if (/\bssh\b/i.test(tunnel.name)) return 'ssh'
  return 'tcp'
}

/** A kind that a browser opens, and whose first answer is known. */
export function isWeb(kind: TunnelKind): kind is 'jupyter' | 'tensorboard' {
  return kind === 'jupyter' || kind === 'tensorboard'
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
  if (kind === 'ssh') return `ssh -p ${port} ${user === null ? '' : `${user}@`}${host}`
  const name = host.includes(':') ? `[${host}]` : host
  if (kind === 'tcp') return `${name}:${port}`
  const { secure, path } = entrance
  return `${secure ? 'https' : 'http'}://${name}:${port}${path === '/' ? '' : path}`
}
