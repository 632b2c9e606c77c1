import type { Tunnel } from '@nps-desktop/electron/contract'

/** A web address that means a port of the lab box itself. */
export interface LabLink {
  readonly port: number
  /** What follows the port. */
  readonly path: string
}

const itself = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/

/** What a link in a shell's text means: a port of the lab box where it names the box itself, else null. */
export function labLink(text: string, labName: string): LabLink | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const isItself = itself.test(url.hostname) || url.hostname === labName.toLowerCase()
  if (!isItself || !/^https?:$/.test(url.protocol)) return null
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return { port, path: `${url.pathname}${url.search}${url.hash}` }
}

/** The same link with another host. */
export function urlAt(text: string, host: string): string {
  const url = new URL(text)
  url.hostname = host.includes(':') ? `[${host}]` : host
  return url.href
}

/** The tunnel that leads to this port of the lab box; one that is ready before others. */
export function tunnelTo(port: number, tunnels: readonly Tunnel[]): Tunnel | null {
  const own = tunnels.filter(
    ({ target, status }) =>
      /^(?:127\.0\.0\.1|localhost|\[::1\]):/.test(target) &&
      target.endsWith(`:${port}`) &&
      status.state !== 'paused',
  )
  return own.find(({ status }) => status.state === 'ready') ?? own[0] ?? null
}
