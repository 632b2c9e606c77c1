import { RelayError } from '../../../api/errors.ts'
import { plainAddress } from '../../../net/address/plain-address.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import { proxyHeader } from '../proxy-header.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** A listening port of the server whose connections lead to the targets. */
export function createTcpMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  return new TcpListener(spec, context, async (socket, connection, { settings }) => {
    const session = context.session()
    if (!session) {
      resetStream(socket)
      return
    }
    const { visitor, signal } = connection
    const target = context.targets.next()
    if (!target) throw new RelayError('invalid-input', 'The tunnel has no target. Give it one.')
    const onGone = () => connection.end()
    socket.once('close', onGone)
    const { stream, opened } = await session.beginStream(target, { signal, visitor })
    const version = settings?.proxyProtocol
    if (version) {
      const to = { address: plainAddress(socket.localAddress ?? '::'), port: socket.localPort ?? 0 }
      stream.write(proxyHeader(version, { address: connection.address, port: socket.remotePort ?? 0 }, to))
    }
    // What the visitor sends meanwhile goes ahead of the answer.
    const joined = connection.join(socket, stream)
    await opened
    socket.off('close', onGone)
    await joined
  })
}
