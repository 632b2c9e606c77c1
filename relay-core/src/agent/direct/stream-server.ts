import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { every } from '../../async/time/every.ts'
import type { Log } from '../../log/log.ts'
import type { PrivateAcceptor } from '../../native/private-link.ts'
import { resetStream, splice } from '../../net/stream/splice.ts'
import type { Target } from '../../session/agent-session.ts'

/** Streams of all links that are served at a time: each may have a connection to its target. */
export const maxServedStreams = 1_024

const countIntervalMs = 1_000

export interface StreamServerOptions {
  readonly acceptor: Pick<PrivateAcceptor, 'accept'>
  /** Rejects with a `target-…` RelayError. */
  readonly dial: (target: Target, options: { signal: AbortSignal }) => Promise<Socket>
  readonly log: Log
}

/** Bytes that have gone directly, to the visitor and to the target, and have not been reported. */
export interface DirectUseCount {
  downBytes: number
  upBytes: number
}

/** What a stream belongs to. */
interface OfLink {
  readonly link: { readonly ended: AbortSignal; readonly carry: { readonly isDirect: boolean } }
  readonly open: Target & { readonly visitor: string }
  readonly verifier: Uint8Array
  readonly use: DirectUseCount
}

/** Leads the streams of an agent's direct links to their targets. */
export class StreamServer {
  readonly #options: StreamServerOptions
  #servedCount = 0

  constructor(options: StreamServerOptions) {
    this.#options = options
  }

  /** As for a stream of kind `private`. The visitor learns of a target that is not reached by a reset, and asks the relay why. Fulfils when the stream has ended; never rejects. */
  async serve(stream: Duplex, { link, open, verifier, use }: OfLink): Promise<void> {
    if (this.#servedCount >= maxServedStreams) {
      resetStream(stream)
      return
    }
    const { acceptor, dial, log } = this.#options
    const closed = new AbortController()
    stream.once('close', () => closed.abort(new Error('the stream has been reset')))
    const signal = AbortSignal.any([link.ended, closed.signal])
    let socket: Socket | undefined
    this.#servedCount += 1
    try {
      // Its reset may have come in the same packet, which is read first.
      await Promise.resolve()
      if (stream.destroyed) return
      socket = await dial(open, { signal })
      socket.on('error', () => undefined)
      const inner = await acceptor.accept(stream, { verifier, signal })
      using _counting = count(socket, link.carry, use)
      await splice(inner, socket)
    } catch (error) {
      log.debug('a stream of a direct link was not served', { visitor: open.visitor, reason: error })
      socket?.destroy()
      resetStream(stream)
    } finally {
      this.#servedCount -= 1
    }
  }
}

/** What goes by the relay is counted there. */
function count(socket: Socket, carry: OfLink['link']['carry'], use: DirectUseCount): Disposable {
  let [down, up] = [0, 0]
  const look = () => {
    if (carry.isDirect) {
      use.downBytes += socket.bytesRead - down
      use.upBytes += socket.bytesWritten - up
    }
    down = socket.bytesRead
    up = socket.bytesWritten
  }
  const looking = every(countIntervalMs, look)
  return {
    [Symbol.dispose]: () => {
      looking[Symbol.dispose]()
      look()
    },
  }
}
