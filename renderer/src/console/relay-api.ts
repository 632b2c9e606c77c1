import type { RelayContract } from '@nps-desktop/relay-core/api'
import type { ContractRouterClient } from '@orpc/contract'
import { createORPCClient } from '@orpc/client'
import { inject, onScopeDispose, provide } from 'vue'
import type { InjectionKey } from 'vue'
import { connectionKey } from '../carrier/use-follow.ts'
import { BackendConnection } from '../carrier/connection.ts'
import { webSocketCarrier } from '../carrier/web-socket-carrier.ts'
import { webSocketTicket } from './session.ts'

export type RelayApi = ContractRouterClient<RelayContract>

const relayKey: InjectionKey<RelayApi> = Symbol('relay')

/** Connects this component and its children to the server that served the page, with a new ticket of the session for each connection. */
export function createRelay(): { api: RelayApi; connection: BackendConnection } {
  const connection = new BackendConnection(
    webSocketCarrier(async (options) => {
      const url = new URL('api', location.href)
      url.searchParams.set('ticket', await webSocketTicket(options))
      return url.href.replace(/^http/, 'ws')
    }),
  )
  const api = createORPCClient<RelayApi>(connection.link)
  provide(connectionKey, connection)
  provideRelay(api)
  onScopeDispose(() => connection.close())
  connection.start()
  return { api, connection }
}

/** For this component's children. */
export function provideRelay(api: RelayApi): void {
  provide(relayKey, api)
}

export function useRelay(): RelayApi {
  const api = inject(relayKey)
  if (!api) throw new Error('no relay was provided')
  return api
}
