import type { TunnelConnection } from './tunnel-connection.ts'

/** Somebody who comes with a guest pass; all connections of one pass are the same guest's. */
export interface Guest {
  /** The connection has been let in. From now on the pass can end it. */
  entered(connection: TunnelConnection): void
  /** The connection is over, with all its bytes counted. */
  left(connection: TunnelConnection): void
}
