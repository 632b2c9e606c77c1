import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import type { PrivateAcceptor } from '../../native/private-link.ts'
import { resetStream, splice } from '../../net/stream/splice.ts'
import { proxyAt } from '../../session/agent-proxy.ts'
import type { Target } from '../../session/agent-session.ts'
import { serveProxy } from '../proxy/serve-proxy.ts'
import type { HeldLinks } from './held-links.ts'
import type { UseCount } from './use-count.ts'

/** Streams of all links that are served at a time: each may have a connection to its target. */
export const maxServedStreams = 1_024

export interface StreamServerOptions {
  readonly acceptor: Pick<PrivateAcceptor, 'accept'>
  /** Rejects with a `target-…` RelayError. */
  readonly dial: (target: Target, options: { signal: AbortSignal }) => Promise<Socket>
  /** Over all sessions of this program. */
  readonly links: Pick<HeldLinks, 'streamCount'>
  readonly log: Log
}

/** What a stream belongs to. */
interface OfLink {
  readonly link: { readonly ended: AbortSignal }
  readonly open: Target & { readonly visitor: string }
  readonly verifier: Uint8Array
  readonly use: UseCount
}

/** Leads the streams of an agent's direct links to their targets, or is the proxy at which their tunnel ends. */
export class StreamServer {
  readonly #options: StreamServerOptions

  constructor(options: StreamServerOptions) {
    this.#options = options
  }

  /** As for a stream of kind `private`. The visitor learns of a target that is not reached by a reset, and asks the relay why. Fulfils when the stream has ended; never rejects. */
  async serve(stream: Duplex, { link, open, verifier, use }: OfLink): Promise<void> {
    const { acceptor, dial, links, log } = this.#options
    if (links.streamCount >= maxServedStreams) {
      resetStream(stream)
      return
    }
    const closed = new AbortController()
    stream.once('close', () => closed.abort(new Error('the stream has been reset')))
    const signal = AbortSignal.any([link.ended, closed.signal])
    let socket: Socket | undefined
    links.streamCount += 1
    try {
      // Its reset may have come in the same packet, which is read first.
      await Promise.resolve()
      if (stream.destroyed) return
      const proxy = proxyAt(open)
      if (proxy) {
        const inner = await acceptor.accept(stream, { verifier, isProxy: true, signal })
        const reach = async (...asked: Parameters<typeof dial>) => counted(await dial(...asked), use)
        await serveProxy(inner, proxy, { visitor: open.visitor, reach, signal, log })
        return
      }
      socket = await dial(open, { signal })
      socket.on('error', () => undefined)
      const inner = await acceptor.accept(stream, { verifier, signal })
      using _counting = use.add(socket)
      await splice(inner, socket)
    } catch (error) {
      log.debug('a stream of a direct link was not served', { visitor: open.visitor, reason: error })
      socket?.destroy()
      resetStream(stream)
    } finally {
      links.streamCount -= 1
    }
  }
}

function counted(socket: Socket, use: UseCount): Socket {
  const counting = use.add(socket)
  socket.once('close', () => counting[Symbol.dispose]())
  return socket
}
