import type { Client } from '../../api/client-models.ts'
import type { GuestPass } from '../../api/guest-pass-models.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'

export type SeenPass = Pick<
  GuestPass,
  'id' | 'tunnelId' | 'name' | 'firstUsedAtMs' | 'lastAddress' | 'expiresAtMs' | 'revokedAtMs'
>

/** What the relay knows at one moment. */
export interface Seen {
  readonly clients: readonly Pick<
    Client,
    'id' | 'name' | 'enabled' | 'isTemporary' | 'agent' | 'limits' | 'downBytes' | 'upBytes' | 'monthBytes'
  >[]
  readonly tunnels: readonly Pick<
    RelayTunnel,
    'id' | 'clientId' | 'name' | 'enabled' | 'downTargets' | 'limits' | 'downBytes' | 'upBytes' | 'monthBytes'
  >[]
  readonly passes: readonly SeenPass[]
}
