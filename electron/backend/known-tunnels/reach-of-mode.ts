import type { TunnelMode } from '@nps-desktop/relay-core/api'
import type { TunnelReach } from '@nps-desktop/electron/contract'

/** Whom the app lets use tunnels of each mode; null: it shows them, and leaves their use to others. */
export const reachOfMode: Readonly<Record<TunnelMode, TunnelReach | null>> = {
  tcp: 'anyone',
  udp: null,
  socks5: null,
  httpProxy: null,
  host: null,
  private: 'laptop',
  file: null,
}
