import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Admission, ApiSockets } from './api-sockets.ts'
import type { RelayCalls } from './call-by-name.ts'
import type { ApiParts } from './context.ts'
import type { Secrets } from './hidden-secrets.ts'

/** Where peers that have been let in reach the relay API. */
export interface ApiSurface {
  /** Finishes the upgrade to a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission): void
  /** The same calls without a connection, for the HTTP listeners of this process. */
  calls(secrets: Secrets): Promise<RelayCalls>
  close(): void
}

/**
 * Loads the API when the first peer comes: schemas, RPC and WebSockets are a fifth of an idle relay's memory, and
 * most relays on small servers are not asked anything for hours on end.
 */
export function createApiSurface(parts: ApiParts): ApiSurface {
  let loading: Promise<{ sockets: ApiSockets; calls: Readonly<Record<Secrets, RelayCalls>> }> | undefined
  let isClosed = false
  const load = async () => {
    const [{ createRouter }, { ApiSockets }, { createRouterClient }] = await Promise.all([
      import('./api-router.ts'),
      import('./api-sockets.ts'),
      import('@orpc/server'),
    ])
    const routers = { shown: createRouter(parts, 'shown'), hidden: createRouter(parts, 'hidden') }
    const calls = { shown: createRouterClient(routers.shown), hidden: createRouterClient(routers.hidden) }
    return { sockets: new ApiSockets(routers), calls }
  }
  return {
    accept: (request, socket, head, admission) => {
      // A peer may disconnect while the API loads; nobody else listens to its socket until then.
      socket.on('error', () => socket.destroy())
      loading ??= load()
      loading.then(
        ({ sockets }) => (isClosed ? socket.destroy() : sockets.accept(request, socket, head, admission)),
        (error: unknown) => {
          parts.log.error('the API could not be loaded', { error })
          socket.destroy()
        },
      )
    },
    calls: async (secrets) => {
      loading ??= load()
      return (await loading).calls[secrets]
    },
    close: () => {
      isClosed = true
      void loading?.then(({ sockets }) => sockets.close())
    },
  }
}
