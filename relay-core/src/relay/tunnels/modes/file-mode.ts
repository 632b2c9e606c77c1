import type { Duplex } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { RelayError } from '../../../api/errors.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import { guardHttp } from './http-guard.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** The folder's name is sent in a field of this many bytes (spec/wire.md §2). */
const maxNameBytes = 255

/** A listening port of the server behind which the agent shows a folder over HTTP. */
export function createFileMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  checkNames(spec)
  const { passwords, log } = context
  const listener = new TcpListener(spec, context, async (socket, connection, { settings = {} }) => {
    const onGone = () => connection.end()
    socket.once('close', onGone)
    const open = () => openFiles(requireSession(context), { settings }, connection)
    if (settings.users) {
      await connection.join(
        socket,
        guardHttp(open, { users: settings.users, passwords, address: connection.address, log }),
      )
      return
    }
    const stream = await open()
    socket.off('close', onGone)
    await connection.join(socket, stream)
  })
  return {
    listen: () => listener.listen(),
    close: () => listener.close(),
    get port() {
      return listener.port
    },
    // Someone who is no longer a user must not go on using an open connection.
    update: (next) => isDeepStrictEqual(shownBy(spec), shownBy(next)) && listener.update(next),
  }
}

/** What is shown, and to whom. */
function shownBy({ settings: { folder, stripPrefix, users } = {} }: TunnelSpec): unknown {
  return { folder, stripPrefix, users }
}

/** What a visitor of the tunnel would reach; for probes too. */
export function openFiles(
  session: AgentSession,
  { settings = {} }: Pick<TunnelSpec, 'settings'>,
  { signal, visitor }: { signal: AbortSignal; visitor: string },
): Promise<Duplex> {
  const { folder = '', stripPrefix = '' } = settings
  return session.openFiles({ folder, stripPrefix, signal, visitor })
}

function requireSession({ session }: TunnelServerContext): AgentSession {
  const found = session()
  if (!found) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  return found
}

function checkNames({ settings = {} }: TunnelSpec): void {
  for (const what of ['folder', 'stripPrefix'] as const) {
    if (Buffer.byteLength(settings[what] ?? '') <= maxNameBytes) continue
    throw new RelayError(
      'invalid-input',
      `The ${what} has more than ${maxNameBytes} bytes. Use a shorter one.`,
      {
        what,
      },
    )
  }
}
