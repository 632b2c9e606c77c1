import type { Tunnel } from '@nps-desktop/electron/contract'
import { shellWord } from '@nps-desktop/relay-core/api'

/** The address of a tunnel into the lab's network as programs want to be told it. */
interface ProxyAddress {
  readonly host: string
  readonly port: string
  /** The option of Chrome and of the browsers made from it. */
  readonly chromeOption: string
  /** The command that fetches a page through it; curl asks for the password of `user`. The lab box looks the name up. */
  readonly curl: string
}

/** Null for a tunnel of another kind, and for one that has no address now. `user`: who has to sign in, if anybody has. */
export function proxyAddress({ kind, address }: Tunnel, user: string | null): ProxyAddress | null {
  const [, scheme, host, port] = /^(socks5|http):\/\/(.+):(\d+)$/.exec(address) ?? []
  if (host === undefined || port === undefined) return null
  if (scheme !== { socks5: 'socks5', httpProxy: 'http' }[kind as string]) return null
  const way = scheme === 'socks5' ? `--socks5-hostname ${host}:${port}` : `-x ${address}`
  const signIn = user === null ? '' : ` -U ${shellWord(user)}`
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    chromeOption: `--proxy-server=${address}`,
    curl: `curl ${way}${signIn} http://wiki.lab/`,
  }
}
