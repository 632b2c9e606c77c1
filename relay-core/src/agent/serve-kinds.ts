import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RelayError } from '../api/errors.ts'
import type { AgentProxy } from '../api/words/agent-proxies.ts'
import type { Log } from '../log/log.ts'
import { nativeDatagrams } from '../native/native-datagrams.ts'
import { PrivateAcceptor } from '../native/private-link.ts'
import type { KindServer, KindServers } from '../native/carriers/serve-carrier.ts'
import type { Identity } from '../net/tls/identity.ts'
import { splice } from '../net/stream/splice.ts'
import { streamKind, type Open } from '../wire/stream-messages.ts'
import { proxyAt } from '../session/agent-proxy.ts'
import type { Target } from '../session/agent-session.ts'
import type { DialPolicy } from '../session/dial-policy.ts'
import { dialTarget } from './targets/dial-target.ts'
import { joinDatagrams, openDatagramSocket } from './targets/serve-datagrams.ts'
import { listeningServer } from './listening/serve-listening.ts'
import { watchedServer } from './watched/serve-watched.ts'
import { measureServer } from './measure/serve-measure.ts'
import { directServer, type ServeDirectOptions } from './direct/serve-direct.ts'
import { serveSocksDatagrams } from './targets/serve-socks-datagrams.ts'
import { serveProxy } from './proxy/serve-proxy.ts'
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
  const dial = (target: Target, { signal }: { signal: AbortSignal }) => dialTarget(target, { policy, signal })
  const serveDirect = directServer({ ...direct, acceptor, dial, log })
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
    [streamKind.direct]: serveDirect,
    [streamKind.directProxy]: atProxy((_proxy, open, options) => serveDirect(open, options)),
    [streamKind.privateProxy]: atProxy((proxy, open) =>
      Promise.resolve({
        join: (stream) =>
          void servePrivately(stream, { open, acceptor, log, isProxy: true }, (inner, { signal }) =>
            serveProxy(inner, proxy, { visitor: open.visitor, reach: dial, signal, log }),
          ),
        abandon: () => undefined,
      }),
    ),
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

interface PrivateVisit {
  readonly open: Open
  readonly acceptor: PrivateAcceptor
  readonly log: Log
  readonly isProxy?: boolean
}

/** Lets in a visitor that proves it knows the tunnel's password, and serves it what it says inside. Never rejects. */
async function servePrivately(
  stream: Duplex,
  { open: { verifier = new Uint8Array(), visitor }, acceptor, log, isProxy }: PrivateVisit,
  serve: (inner: Duplex, options: { signal: AbortSignal }) => Promise<void>,
): Promise<void> {
  const { signal } = new AbortController()
  try {
    await serve(await acceptor.accept(stream, { verifier, isProxy, signal }), { signal })
  } catch (error) {
    // The relay asks in this way whether there is such a proxy here, and leaves.
    const level = isProxy && visitor === 'probe' ? 'debug' : 'warn'
    log[level]('a private visitor was turned away', { visitor, reason: error })
  }
}

/** Joins a visitor that is let in to the target. Never rejects. */
async function joinPrivately(stream: Duplex, socket: Socket, visit: PrivateVisit): Promise<void> {
  // A target that leaves meanwhile is noticed by the splice.
  socket.on('error', () => undefined)
  await servePrivately(stream, visit, (inner) => splice(inner, socket))
  socket.destroy()
}

/** For kinds whose host names a proxy of this agent: one that it does not know is refused, as an older agent refuses the kind. */
function atProxy(
  serve: (proxy: AgentProxy, ...asked: Parameters<KindServer>) => ReturnType<KindServer>,
): KindServer {
  return (open, options) => {
    const proxy = proxyAt(open)
    if (proxy) return serve(proxy, open, options)
    return Promise.reject(new RelayError('mode-unsupported', 'This npc knows no such proxy. Update npc.'))
  }
}
