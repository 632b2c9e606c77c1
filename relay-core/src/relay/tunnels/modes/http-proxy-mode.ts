import { valuesOf } from '../../../net/http1/head.ts'
import { serveHttpProxy } from '../../../proxy/serve-http-proxy.ts'
import { parseBasicAuth } from '../tunnel-users.ts'
import { proxyVisitor } from './proxy-visitor.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** An HTTP proxy (RFC 9110 §3.7): CONNECT, and requests for `http` addresses. */
export function createHttpProxyMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  return new TcpListener(spec, context, (socket, connection, { settings }) => {
    const users = settings?.users
    return serveHttpProxy(proxyVisitor(socket, connection, { ...context, tunnelId: spec.id }), {
      isProved: (fields) => {
        if (!users) return true
        const given = parseBasicAuth(valuesOf(fields, 'proxy-authorization')[0])
        // A browser asks without a password first.
        return given !== undefined && context.passwords.check(users, given, connection.address) === 'proved'
      },
    })
  })
}
