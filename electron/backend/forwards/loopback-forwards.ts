import { joinLocal } from '@nps-desktop/relay-core/visitor'
import type { Log } from '@nps-desktop/relay-core/log'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const host = '127.0.0.1'
const connectTimeoutMs = 10_000
/** A notebook page opens about six connections per tab. */
const maxConnections = 256

interface PublicPort {
  readonly host: string
  readonly port: number
}

/**
 * Forwards on this laptop's loopback that lead to a tunnel's public port.
 *
 * A Jupyter that listens on loopback, as it does unless told otherwise, answers 403 to any request whose Host header
 * is not a local name (Jupyter Server, `allow_remote_access`), and so to the server's public address. Through a forward
 * the browser's Host header is `127.0.0.1`. It lets in what `joinLocal` does.
 */
export class LoopbackForwards {
  /** While one opens, whoever asks for the same place waits for that one. */
  readonly #forwards = new Map<string, Promise<Server>>()
  readonly #sockets = new Set<Socket>()
  readonly #log: Log
  #isClosed = false

  constructor({ log }: { log: Log }) {
    this.#log = log
  }

  /** The port on 127.0.0.1 that leads to `place`: the same number where it is free. There is one forward per place. */
  async open(place: PublicPort): Promise<number> {
    if (this.#isClosed) throw new Error('The app is closing.')
    const key = `${place.host}:${place.port}`
    let forward = this.#forwards.get(key)
    if (!forward) {
      forward = this.#openNew(place)
      this.#forwards.set(key, forward)
      forward.catch(() => this.#forwards.delete(key))
    }
    return ((await forward).address() as AddressInfo).port
  }

  /** Ends the forwards and what goes through them. Idempotent. */
  close(): void {
    this.#isClosed = true
    for (const forward of this.#forwards.values()) void forward.then(close, () => undefined)
    for (const socket of this.#sockets) socket.destroy()
    this.#forwards.clear()
  }

  async #openNew(place: PublicPort): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (visitor) => {
      void this.#lead(visitor, place)
    })
    server.maxConnections = maxConnections
    try {
      await listen(server, place.port)
    } catch {
      // taken, or the relay itself runs on this computer: any other number will do
      await listen(server, 0)
    }
    // without descriptors a connection cannot be taken; the next one may be
    server.on('error', () => undefined)
    return server
  }

  async #lead(visitor: Socket, place: PublicPort): Promise<void> {
    this.#sockets.add(visitor)
    visitor.setNoDelay(true)
    visitor.on('error', () => undefined) // 'close' follows
    const gone = new AbortController()
    visitor.once('close', () => {
      this.#sockets.delete(visitor)
      gone.abort(new Error('the program has left'))
    })
    const visit = ({ signal }: { signal: AbortSignal }): Promise<Socket> => reach(place, signal)
    try {
      await joinLocal(visitor, { host, visit, signal: gone.signal })
    } catch (error) {
      if (!gone.signal.aborted)
        this.#log.warn('a forward on this computer leads nowhere', { ...place, reason: error })
    }
  }
}

/** Rejects with the system's error, the signal's reason, or after `connectTimeoutMs`. */
async function reach(place: PublicPort, signal: AbortSignal): Promise<Socket> {
  const onward = connect({ ...place, allowHalfOpen: true, noDelay: true })
  onward.on('error', () => undefined)
  try {
    await once(onward, 'connect', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]),
    })
    return onward
  } catch (error) {
    onward.destroy()
    throw error
  }
}

function close(server: Server): void {
  server.close()
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
