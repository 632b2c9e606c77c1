import type { ClientContext, ClientLink } from '@orpc/client'

/** One living connection to the backend; `closed` fulfils, and never rejects, when it is gone. */
export interface CarrierLink {
  readonly link: ClientLink<ClientContext>
  readonly closed: Promise<void>
  close(): void
}

/** Why a backend that is there lets a page not in: it lacks this start's token, or as many pages as it serves are open. */
export type PageRefusal = 'token' | 'pages'

/** The backend is there, and said that it does not let this page in. */
export class RefusedError extends Error {
  readonly why: PageRefusal

  constructor(why: PageRefusal) {
    super(`the backend refuses this page: ${why}`)
    this.why = why
  }
}

/** A way to reach the backend. `open` rejects when it could not be reached or `signal` was aborted; with a `RefusedError` where it is known why. */
export interface RpcCarrier {
  open(options: { signal: AbortSignal }): Promise<CarrierLink>
}
