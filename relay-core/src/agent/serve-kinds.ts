import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../log/log.ts'
import { nativeDatagrams } from '../native/native-datagrams.ts'
import { PrivateAcceptor } from '../native/private-link.ts'
import type { KindServers } from '../native/carriers/serve-carrier.ts'
import type { Identity } from '../net/tls/identity.ts'
import { splice } from '../net/stream/splice.ts'
import { streamKind, type Open } from '../wire/stream-messages.ts'
import type { DialPolicy } from '../session/dial-policy.ts'
import { dialTarget } from './targets/dial-target.ts'
import { joinDatagrams, openDatagramSocket } from './targets/serve-datagrams.ts'
import { listeningServer } from './listening/serve-listening.ts'
import { watchedServer } from './watched/serve-watched.ts'
import { measureServer } from './measure/serve-measure.ts'
import { directServer, type ServeDirectOptions } from './direct/serve-direct.ts'
import { serveSocksDatagrams } from './targets/serve-socks-datagrams.ts'
import { serveFolder } from './files/serve-folder.ts'
import type { SharedFolders } from './files/shared-folders.ts'

/** What an agent does for each kind of native stream. */
export function serveKinds({
  policy,
  identity,
  shared,
  direct,
  listening,
  watched,
  packs,
  log,
}: {
  policy: DialPolicy | undefined
  /** What the agent proves to visitors of private tunnels. */
  identity: Identity
  shared: SharedFolders
  direct: Pick<ServeDirectOptions, 'relayAddress' | 'mayGuess' | 'links' | 'served'>
  /** Tells what listens on this machine; null: the relay is not told. */
  listening: Parameters<typeof listeningServer>[0]
  /** Tells what has become of processes and GPUs of this machine; null: the relay is not told. */
  watched: Parameters<typeof watchedServer>[0]
  /** Whether what a slow line carries to visitors of private tunnels is packed. */
  packs: boolean
  log: Log
}): KindServers {
  const acceptor = new PrivateAcceptor(identity, { packs })
  return {
    [streamKind.tcp]: async (target, { signal }) => {
      const socket = await dialTarget(target, { policy, signal })
      return {
        join: (stream) => void splice(stream, socket),
        abandon: () => socket.destroy(),
      }
    },
    [streamKind.datagrams]: async (target, { signal }) => {
      const socket = await openDatagramSocket(target, { policy, signal })
      return {
        join: (stream) => joinDatagrams(nativeDatagrams(stream), socket),
        abandon: () => socket.close(),
      }
    },
    [streamKind.socksDatagrams]: async () => ({
      join: (stream) => serveSocksDatagrams(nativeDatagrams(stream), { policy }),
      abandon: () => undefined,
    }),
    [streamKind.files]: async ({ host, stripPrefix }) => {
      const folder = await shared.find(host)
      return {
        join: (stream) => void serveFolder(stream, folder, { stripPrefix, log }),
        abandon: () => undefined,
      }
    },
    [streamKind.direct]: directServer({
      ...direct,
      acceptor,
      dial: (target, { signal }) => dialTarget(target, { policy, signal }),
      log,
    }),
    [streamKind.measure]: measureServer(),
    [streamKind.listening]: listeningServer(listening),
    [streamKind.watched]: watchedServer(watched),
    [streamKind.private]: async (open, { signal }) => {
      const socket = await dialTarget(open, { policy, signal })
      return {
        join: (stream) => void joinPrivately(stream, socket, { open, acceptor, log }),
        abandon: () => socket.destroy(),
      }
    },
  }
}

/** Lets in a visitor that proves it knows the tunnel's password, and joins it to the target. Never rejects. */
async function joinPrivately(
  stream: Duplex,
  socket: Socket,
  { open, acceptor, log }: { open: Open; acceptor: PrivateAcceptor; log: Log },
): Promise<void> {
  // A target that leaves meanwhile is noticed by the splice.
  socket.on('error', () => undefined)
  try {
    const verifier = open.verifier ?? new Uint8Array()
    const inner = await acceptor.accept(stream, { verifier, signal: new AbortController().signal })
    await splice(inner, socket)
  } catch (error) {
    log.warn('a private visitor was turned away', { visitor: open.visitor, reason: error })
    socket.destroy()
  }
}
