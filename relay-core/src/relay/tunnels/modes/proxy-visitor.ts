import type { Socket } from 'node:net'
import { RelayError } from '../../../api/errors.ts'
import { formatHostPort } from '../../../net/address/host-port.ts'
import type { ProxyClient } from '../../../proxy/proxy-client.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import type { TunnelServerContext } from './tunnel-server.ts'

type Place = Pick<TunnelServerContext, 'session' | 'log'>

/** A visitor of a proxy's port: targets are reached by the lab box, and what passes is counted and limited. */
export function proxyVisitor(
  socket: Socket,
  connection: TunnelConnection,
  { tunnelId, ...place }: Place & { tunnelId: number },
): ProxyClient {
  const { visitor, signal } = connection
  return {
    stream: socket,
    signal,
    reach: async (target, options) => requireSession(place).openStream(target, { ...options, visitor }),
    join: (client, target) => connection.join(client, target),
    onRefused: (reason, target) => {
      if (signal.aborted) return
      place.log.debug('proxy visitor turned away', {
        tunnel: tunnelId,
        visitor,
        ...(target && { target: formatHostPort(target) }),
        reason,
      })
    },
  }
}

/** @throws RelayError `agent-offline` */
export function requireSession({ session }: Pick<TunnelServerContext, 'session'>): AgentSession {
  const found = session()
  if (found) return found
  throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
}
