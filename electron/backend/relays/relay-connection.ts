import type { RelayContract } from '@nps-desktop/relay-core/api'
import type { ContractRouterClient } from '@orpc/contract'

/** The relay's API, typed by its contract. */
export type RelayApi = ContractRouterClient<RelayContract>

/** One open connection to a relay, made with its admin key. */
export interface RelayConnection {
  readonly api: RelayApi
  /** The identity that answered. */
  readonly fingerprint: string
  /** Settles when the connection has ended, however that came. */
  readonly closed: Promise<unknown>
  close(): void
}

export interface RelayAddress {
  readonly host: string
  readonly port: number
  readonly adminKey: string
  /** Null: take the identity that answers; the caller shows it. */
  readonly fingerprint: string | null
}

/** Rejects with a `RelayError` (`relay-unreachable`, `fingerprint-changed`, `wrong-admin-key`, `timeout`). */
export type ConnectRelay = (
  address: RelayAddress,
  options: { signal: AbortSignal },
) => Promise<RelayConnection>
