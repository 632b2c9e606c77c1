import type { DesktopContract } from '@nps-desktop/electron/contract'
import type { ContractRouterClient } from '@orpc/contract'
import { createORPCClient } from '@orpc/client'
import { inject } from 'vue'
import type { App, InjectionKey } from 'vue'
import { BackendConnection } from './connection.ts'
import type { RpcCarrier } from './rpc-carrier.ts'
import { connectionKey } from './use-follow.ts'

export type DesktopApi = ContractRouterClient<DesktopContract>

/** The app's backend as the page sees it: calls, and the state of the connection to it. */
export interface Backend {
  readonly api: DesktopApi
  readonly connection: BackendConnection
}

const backendKey: InjectionKey<Backend> = Symbol('backend')

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
