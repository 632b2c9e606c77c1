import type { connectRelay, ConnectRelayOptions } from '@nps-desktop/relay-core/api-client'

/** Where a relay is, the key to it, and its pinned identity. */
export type RelayAccess = Omit<ConnectRelayOptions, 'signal'>

export type ConnectRelay = typeof connectRelay
