import type { ClientContext, ClientLink } from '@orpc/client'

/** One living connection to the backend; `closed` fulfils, and never rejects, when it is gone. */
export interface CarrierLink {
  readonly link: ClientLink<ClientContext>
  readonly closed: Promise<void>
  close(): void
}

/** A way to reach the backend. `open` rejects when it could not be reached or `signal` was aborted. */
export interface RpcCarrier {
  open(options: { signal: AbortSignal }): Promise<CarrierLink>
}
