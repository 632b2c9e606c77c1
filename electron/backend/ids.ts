import { randomBytes } from 'node:crypto'

/** A short random id for a row of our own: 60 bits, url-safe. */
export function newId(prefix: 's' | 'l' | 'j' | 'f' | 't' | 'q' | 'p'): string {
  return prefix + randomBytes(8).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 10)
}

/** The lab box that stands for a relay's client. */
export function labIdOf(serverId: string, clientId: number): string {
  return `${serverId}-c${clientId}`
}

/** A tunnel's id in the app: its relay's id is only unique on its server. */
export function tunnelIdOf(serverId: string, relayTunnelId: number): string {
  return `${serverId}-t${relayTunnelId}`
}

/** Null when the id is not one of ours. */
export function parseTunnelId(tunnelId: string): { serverId: string; relayTunnelId: number } | null {
  const match = /^(.+)-t(\d{1,15})$/.exec(tunnelId)
  if (!match?.[1] || !match[2]) return null
  return { serverId: match[1], relayTunnelId: Number(match[2]) }
}
