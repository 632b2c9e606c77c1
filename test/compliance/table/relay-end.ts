/** The relay's `public_vkey`. */
export const publicVkey = 'a-public-key-for-tests'

/** How payload travels inside the stock protocol: a setting of the client. */
export type Layer = 'plain' | 'crypt' | 'compress'

export interface ClientWish {
  readonly vkey: string
  readonly layer: Layer
  /** For SOCKS5, HTTP proxies and hosts of a stock relay, where users are the client's. */
  readonly user?: { readonly name: string; readonly password: string }
}

export interface RelayTunnelWish {
  readonly clientId: number
  /** `private` is the stock relay's `secret`. */
  readonly mode: 'tcp' | 'udp' | 'socks5' | 'httpProxy' | 'private'
  /** Null for private tunnels. */
  readonly port: number | null
  /** `host:port`, several with commas; empty for socks5 and httpProxy. */
  readonly target: string
  readonly password?: string
  readonly user?: { readonly name: string; readonly password: string }
}

export interface HostWish {
  readonly clientId: number
  readonly host: string
  readonly target: string
  /** Prefix of the path. */
  readonly location?: string
  readonly scheme?: 'all' | 'http' | 'https'
  readonly hostHeader?: string
  readonly user?: { readonly name: string; readonly password: string }
}

/** A relay under test, ours or a stock one, as a table's rows use it. */
export interface RelayEnd {
  readonly bridgePort: number
  /** Where hosts are served. */
  readonly httpPort: number
  readonly httpsPort: number
  readonly output: string
  /** Of its process. */
  readonly pid: number
  /** Answers the client's id. */
  addClient(wish: ClientWish): Promise<number>
  /** Listens when it answers. */
  addTunnel(wish: RelayTunnelWish): Promise<void>
  addHost(wish: HostWish): Promise<void>
  isOnline(clientId: number): Promise<boolean>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** The same relay again, with the ports and the state that it had. */
  start(): Promise<void>
  signal(signal: NodeJS.Signals): void
}
