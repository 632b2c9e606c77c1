import { serveSocks5 } from '../../../proxy/serve-socks5.ts'
import { proxyVisitor, requireSession } from './proxy-visitor.ts'
import { associate } from './socks-association.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** SOCKS5 (RFC 1928, with RFC 1929): the visitor names the target, and learns the outcome. */
export function createSocks5Mode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  return new TcpListener(spec, context, (socket, connection, { settings }) => {
    const users = settings?.users
    return serveSocks5(proxyVisitor(socket, connection, { ...context, tunnelId: spec.id }), {
      isAccount: users && ((given) => context.passwords.check(users, given, connection.address) === 'proved'),
      associate: async () => associate(socket, connection, requireSession(context)),
    })
  })
}
