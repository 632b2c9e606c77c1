import type { Duplex } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { RelayError } from '../../../api/errors.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import { guardHttp } from './http-guard.ts'
import { TcpDoor } from './tcp-door.ts'
import type { ModeContext, TunnelMode, TunnelSpec } from './tunnel-mode.ts'

/** The folder's name travels in a field of so many bytes (spec/wire.md §2). */
const longestNameBytes = 255

/** A listening port of the server behind which the agent shows a folder over HTTP. */
export function createFileMode(spec: TunnelSpec, context: ModeContext): TunnelMode {
  checkNames(spec)
  const { passwords, log } = context
  const door = new TcpDoor(spec, context, async (socket, passage, { settings = {} }) => {
    const onGone = () => passage.end()
    socket.once('close', onGone)
    const open = () => openFiles(requireSession(context), { settings }, passage)
    if (settings.users) {
      await passage.join(
        socket,
        guardHttp(open, { users: settings.users, passwords, address: passage.address, log }),
      )
      return
    }
    const stream = await open()
    socket.off('close', onGone)
    await passage.join(socket, stream)
  })
  return {
    listen: () => door.listen(),
    close: () => door.close(),
    get port() {
      return door.port
    },
    // Who is no longer a user must not go on with the connection that is open.
    update: (next) => isDeepStrictEqual(shownBy(spec), shownBy(next)) && door.update(next),
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

function requireSession({ session }: ModeContext): AgentSession {
  const found = session()
  if (!found) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  return found
}

function checkNames({ settings = {} }: TunnelSpec): void {
  for (const what of ['folder', 'stripPrefix'] as const) {
    if (Buffer.byteLength(settings[what] ?? '') <= longestNameBytes) continue
    throw new RelayError(
      'invalid-input',
      `The ${what} has more than ${longestNameBytes} bytes. Use a shorter one.`,
      {
        what,
      },
    )
  }
}
