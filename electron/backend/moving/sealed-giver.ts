import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { untilEvent } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'

const host = '127.0.0.1'
/** From its coming to its thanks: a slow line takes the largest file in this time, and the other laptop opens it. */
const visitTimeoutMs = 60_000
/** Visitors that have not said yet what they know. */
const maxVisitors = 8

/** What the other laptop says once it has opened the data. */
export const receivedMark = 0x06

/**
 * Gives the sealed data to whoever says `request`, on a port of this laptop's loopback to which only its own agent leads. Whoever says
 * anything else gets nothing. `taken` fulfils once the other laptop has said that it could open it.
 */
export class SealedGiver {
  readonly port: number
  readonly taken: Promise<void>
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>, taken: Promise<void>) {
    this.port = (server.address() as AddressInfo).port
    this.taken = taken
    this.#server = server
    this.#sockets = sockets
  }

  /** Rejects with the system's error. */
  static async open({
    file,
    request,
    log,
  }: {
    file: Buffer
    request: string
    log: Log
  }): Promise<SealedGiver> {
    const { promise: taken, resolve: onTaken } = Promise.withResolvers<void>()
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket)
      // 'close' follows
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
      give(socket, { file, request, signal: AbortSignal.timeout(visitTimeoutMs) })
        .then(onTaken, (error: unknown) => log.debug('a visitor did not take the data of the app', { error }))
        .finally(() => socket.destroy())
    })
    server.maxConnections = maxVisitors
    // without descriptors a connection cannot be taken; the next one may be
    server.on('error', () => undefined)
    server.listen({ host, port: 0, exclusive: true })
    await once(server, 'listening')
    return new SealedGiver(server, sockets, taken)
  }

  /** Idempotent. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Fulfils when the visitor has said that it could open the data. */
async function give(
  socket: Socket,
  { file, request, signal }: { file: Buffer; request: string; signal: AbortSignal },
): Promise<void> {
  const wanted = Buffer.from(request)
  const said = await readExactly(socket, wanted.length, signal)
  if (!timingSafeEqual(said, wanted)) throw new Error('it does not know the code')
  socket.end(file)
  const [mark] = await readExactly(socket, 1, signal)
  if (mark !== receivedMark) throw new Error('it could not open the data')
}

/** Rejects when the stream ends before, when more has come, or with the signal's reason. */
async function readExactly(stream: Duplex, length: number, signal: AbortSignal): Promise<Buffer> {
  let read = Buffer.alloc(0)
  while (read.length < length) {
    // all that is there: what is left in the stream would make it readable again at once, and again
    const more = stream.read() as Buffer | null
    if (more) read = Buffer.concat([read, more])
    else if (stream.readableEnded || stream.destroyed) left()
    else await untilEvent(stream, { readable: () => undefined, close: left, end: left }, { signal })
  }
  if (read.length > length) throw new Error('it said more than it should')
  return read
}

function left(): never {
  throw new Error('it left')
}
