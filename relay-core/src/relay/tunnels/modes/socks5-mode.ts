import type { Socket } from 'node:net'
import { RelayError, type RelayErrorCode } from '../../../api/errors.ts'
import { endAfter } from './last-words.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import { associate } from './socks/socks-association.ts'
import { hearRequest } from './socks/socks-conversation.ts'
import {
  encodeReply,
  socksCommand,
  SocksError,
  socksReply,
  type SocksReply,
  type SocksRequest,
} from './socks/socks-messages.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** From the connection to the whole request, password included. */
const requestTimeoutMs = 10_000

/** SOCKS5 (RFC 1928, with RFC 1929): the visitor names the target, and learns the outcome. */
export function createSocks5Mode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  return new TcpListener(spec, context, async (socket, connection, { settings }) => {
    const deadline = AbortSignal.timeout(requestTimeoutMs)
    try {
      const users = settings?.users
      const request = await hearRequest(socket, {
        isAccount:
          users && ((given) => context.passwords.check(users, given, connection.address) === 'proved'),
        signal: AbortSignal.any([connection.signal, deadline]),
      })
      await follow(request, socket, connection, context)
    } catch (error) {
      if (connection.signal.aborted || socket.destroyed) return
      const { visitor } = connection
      context.log.debug('SOCKS5 visitor turned away', { tunnel: spec.id, visitor, reason: error })
      await endAfter(socket, lastWords(error))
    }
  })
}

async function follow(
  { command, host, port }: SocksRequest,
  socket: Socket,
  connection: TunnelConnection,
  { session: findSession }: TunnelServerContext,
): Promise<void> {
  const session = findSession()
  if (!session) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  if (command === socksCommand.associate) {
    await associate(socket, connection, session)
    return
  }
  if (command !== socksCommand.connect) {
    throw new SocksError(`command ${command} is not offered`, socksReply.unknownCommand)
  }
  if (port === 0) throw new SocksError('no port', socksReply.hostUnreachable)
  const { signal, visitor } = connection
  const onGone = () => connection.end()
  socket.once('close', onGone)
  const stream = await session.openStream({ host, port }, { signal, visitor, confirmed: 'soon' })
  socket.off('close', onGone)
  socket.write(encodeReply(socksReply.succeeded))
  await connection.join(socket, stream)
}

/** What has already been answered, such as a wrong password, needs no further answer. */
function lastWords(error: unknown): Uint8Array {
  if (error instanceof RelayError) return encodeReply(replies[error.code] ?? socksReply.failed)
  const reply = error instanceof SocksError ? error.reply : undefined
  return reply === undefined ? new Uint8Array() : encodeReply(reply)
}

const replies: Partial<Record<RelayErrorCode, SocksReply>> = {
  'target-refused': socksReply.refused,
  'target-timeout': socksReply.timedOut,
  'target-unreachable': socksReply.networkUnreachable,
  'target-unknown-host': socksReply.hostUnreachable,
  'target-denied': socksReply.notAllowed,
}
