import type { TunnelMode } from '@nps-desktop/relay-core/api'
import type { TunnelReach } from '@nps-desktop/electron/contract'

/** Whom tunnels of each mode let in. */
export const reachOfMode: Readonly<Record<TunnelMode, TunnelReach>> = {
  tcp: 'anyone',
  udp: 'anyone',
  socks5: 'anyone',
  httpProxy: 'anyone',
  host: 'anyone',
  private: 'laptop',
  privateSocks5: 'laptop',
  privateHttpProxy: 'laptop',
  file: 'anyone',
}
