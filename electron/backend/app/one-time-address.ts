import { isSameSecret } from '@nps-desktop/relay-core/secret'
import { isOwnAccount } from '@nps-desktop/relay-core/visitor'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How long a browser may take to start. */
const livesMs = 60_000

/**
 * Hands an address that holds a secret to a browser. Programs are started with their address as an argument, which every
 * account of this computer can read; so the argument is an address on loopback that leads on to the real one once, and
 * only for a program of the same account where the system tells whose a connection is (Linux).
 */
export class OneTimeAddresses {
  readonly #open = new Map<Server, NodeJS.Timeout>()

  /** `http://127.0.0.1:<port>/<drawn>`; gone after the first visit or a minute. */
  async to(url: string): Promise<string> {
    const path = `/${randomBytes(16).toString('base64url')}`
    const server = createServer((request, response) => {
      this.#answer(request, response, { path, url, server }).catch(() => response.destroy())
    })
    server.maxConnections = 16
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port: 0 }, resolve)
    })
    // without descriptors a connection cannot be taken; the next one may be
    server.on('error', () => undefined)
    this.#open.set(
      server,
      setTimeout(() => this.#end(server), livesMs),
    )
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  }

  close(): void {
    for (const server of this.#open.keys()) this.#end(server)
  }

  async #answer(
    { socket, url: asked = '', method }: IncomingMessage,
    response: ServerResponse,
    { path, url, server }: { path: string; url: string; server: Server },
  ): Promise<void> {
    const isIt = method === 'GET' && isSameSecret(asked, path)
    if (!isIt || !(await isOwnAccount(socket)) || !this.#open.has(server)) {
      response.writeHead(404, { connection: 'close' }).end()
      return
    }
    this.#end(server)
    const headers = { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
    response.writeHead(303, { ...headers, connection: 'close' }).end()
  }

  #end(server: Server): void {
    clearTimeout(this.#open.get(server))
    this.#open.delete(server)
    server.close()
    server.closeIdleConnections()
  }
}
