import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer, type WebSocket } from 'ws'
import { every } from '../../async/time/every.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import type { CallContext } from './context.ts'
import type { Secrets } from './hidden-secrets.ts'
import type { RelayRouter } from './api-router.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

/** `until` ends a WebSocket with code 4401 when its permission ends. */
export interface Admission {
  readonly until?: AbortSignal
  readonly secrets: Secrets
}

/** A peer that is silent for two rounds counts as gone, within 10 s as everywhere in the relay. */
const heartbeatMs = 5_000
/** The largest call is `config.save` with 256 KiB of text, which JSON can double. */
const maxMessageBytes = 1024 * 1024
/** A reader that lets more than this pile up is cut off; it may reconnect and subscribe again. */
const maxWaitingBytes = 8 * 1024 * 1024
const maxSockets = 200

/** Serves the relay API over WebSockets to peers that the caller has already let in. */
export class ApiSockets {
  readonly #handlers: Readonly<Record<Secrets, RPCHandler<CallContext>>>
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })
  readonly #alive = new WeakMap<WebSocket, boolean>()
  readonly #beating: Disposable

  constructor(routers: Readonly<Record<Secrets, RelayRouter>>) {
    this.#handlers = { shown: new RPCHandler(routers.shown), hidden: new RPCHandler(routers.hidden) }
    this.#beating = every(heartbeatMs, () => this.#heartbeat(), { ref: false })
  }

  /** Finishes the upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, { until, secrets }: Admission): void {
    // The permission may have ended while the API was loaded.
    if (until?.aborted) {
      refuseUpgrade(socket, 401, 'Unauthorized')
      return
    }
    if (this.#server.clients.size >= maxSockets) {
      refuseUpgrade(socket, 503, 'Too many connections')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#alive.set(webSocket, true)
      webSocket.on('pong', () => this.#alive.set(webSocket, true))
      // A broken frame or a reset: ws closes the socket itself and emits `close`.
      webSocket.on('error', () => webSocket.terminate())
      const end = () => webSocket.close(4401, 'login required')
      until?.addEventListener('abort', end, { once: true })
      webSocket.once('close', () => until?.removeEventListener('abort', end))
      const address = peerAddress(request.socket)
      void this.#handlers[secrets].upgrade(webSocket, { context: { address } })
    })
  }

  close(): void {
    this.#beating[Symbol.dispose]()
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }

  #heartbeat(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.get(client) || client.bufferedAmount > maxWaitingBytes) client.terminate()
      else {
        this.#alive.set(client, false)
        client.ping()
      }
    }
  }
}
