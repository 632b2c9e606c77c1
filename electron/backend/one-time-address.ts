import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

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
    const isIt = method === 'GET' && isSame(asked, path)
    if (!isIt || !(await isOwn(socket)) || !this.#open.has(server)) {
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

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** False when another account's program is at the other end; true where that cannot be known. */
async function isOwn({ remotePort, localPort }: Socket): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid === undefined) return true
  const uid = accountOf(await readFile('/proc/net/tcp', 'utf8'), remotePort ?? 0, localPort ?? 0)
  return uid === process.getuid()
}

/**
 * Whose socket on 127.0.0.1 is bound to `port` and connected to `to`; null: none is there. Lines of /proc/net/tcp:
 * `sl local_address rem_address st tx:rx tr:when retrnsmt uid …`, addresses in hexadecimal.
 */
function accountOf(table: string, port: number, to: number): number | null {
  const at = (number: number): string => `0100007F:${number.toString(16).toUpperCase().padStart(4, '0')}`
  for (const line of table.split('\n')) {
    const [, local, remote, , , , , uid] = line.trim().split(/\s+/)
    if (local === at(port) && remote === at(to)) return Number(uid)
  }
  return null
}
