import type { DesktopContract } from '@nps-desktop/electron/contract'
import type { ContractRouterClient } from '@orpc/contract'
import { createORPCClient } from '@orpc/client'
import { inject, onScopeDispose, shallowRef } from 'vue'
import type { App, InjectionKey, ShallowRef } from 'vue'
import { BackendConnection } from './connection.ts'
import type { RpcCarrier } from './rpc-carrier.ts'
import { follow } from './follow.ts'
import type { OpenFeed } from './follow.ts'

export type DesktopApi = ContractRouterClient<DesktopContract>

/** The app's backend as the page sees it: calls, and the state of the connection to it. */
export interface Backend {
  readonly api: DesktopApi
  readonly connection: BackendConnection
}

const backendKey: InjectionKey<Backend> = Symbol('backend')

/** The connection that feeds are read over; the web console brings its own. */
export const connectionKey: InjectionKey<BackendConnection> = Symbol('connection')

export function createBackend(carrier: RpcCarrier): Backend {
  const connection = new BackendConnection(carrier)
  return { api: createORPCClient<DesktopApi>(connection.link), connection }
}

export function provideBackend(app: App, backend: Backend): void {
  app.provide(backendKey, backend)
  app.provide(connectionKey, backend.connection)
}

/** The backend of this page; call it in `setup` or in a store. */
export function useBackend(): Backend {
  const backend = inject(backendKey)
  if (!backend) throw new Error('no backend was provided to this app')
  return backend
}

export function useApi(): DesktopApi {
  return useBackend().api
}

function useConnection(): BackendConnection {
  const connection = inject(connectionKey)
  if (!connection) throw new Error('no connection was provided to this app')
  return connection
}

/**
 * The latest value of a feed for as long as the calling component or scope lives; null until the first one came.
 * `error` is why the subscription last ended, null while it runs.
 */
export function useFeed<Value>(
  open: OpenFeed<Value>,
  connection = useConnection(),
): {
  value: ShallowRef<Value | null>
  error: ShallowRef<unknown>
} {
  const value = shallowRef<Value | null>(null)
  const error = shallowRef<unknown>(null)
  const stop = new AbortController()
  onScopeDispose(() => stop.abort())
  void follow(
    connection,
    open,
    (next) => {
      value.value = next
      error.value = null
    },
    {
      signal: stop.signal,
      onError: (reason) => {
        error.value = reason
      },
    },
  )
  return { value, error }
}
