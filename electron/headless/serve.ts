import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { isSameSecret } from '@nps-desktop/relay-core/secret'
import { openBackend } from '../backend/desktop/desktop-backend.ts'
import type { Shell } from '../backend/shell.ts'
import { serveStaticFile } from './static-files.ts'

const maxMessageBytes = 1024 * 1024
const maxPages = 32

export interface Headless {
  /** With the token in its fragment, which browsers do not send anywhere. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * The same backend and the same page as the desktop's window, for a browser on this computer:
 * HTTP and WebSocket on 127.0.0.1, a random token, and a check of Origin and Host.
 * @param port 0 takes a free one.
 */
export async function serveHeadless(options: {
  shell: Shell
  rendererFolder: string
  port: number
}): Promise<Headless> {
  const backend = await openBackend({ shell: options.shell })
  const handler = new RPCHandler(backend.router)
  const token = randomBytes(24).toString('base64url')
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })
  /** Why a page is not let in: it lacks the token, or there are too many. */
  const refusalOf = (request: IncomingMessage): 403 | 503 | null => {
    if (!hasToken(request, token)) return 403
    return sockets.clients.size < maxPages ? null : 503
  }
  const server = createServer((request, response) => {
    if (!isOurHost(request)) {
      const { localPort } = request.socket
      response.writeHead(421, { 'content-type': 'text/plain' })
      response.end(
        `NPS Desktop answers to http://127.0.0.1:${localPort} and http://localhost:${localPort} alone.\n`,
      )
      return
    }
    if (pathOf(request) === '/api') {
      // what a page cannot see of a WebSocket that was refused
      response.writeHead(refusalOf(request) ?? 426).end()
      return
    }
    serveStaticFile(options.rendererFolder, request, response).catch((error: unknown) =>
      response.destroy(error as Error),
    )
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const refusal = isOurHost(request) && isOurPage(request) ? refusalOf(request) : 403
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal} ${STATUS_CODES[refusal]}\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => void handler.upgrade(ws, { context: {} }))
  })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, '127.0.0.1', resolve)
    })
  } catch (error) {
    await backend.close()
    throw error
  }
  const port = (server.address() as AddressInfo).port
  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${token}`,
    close: async () => {
      for (const ws of sockets.clients) ws.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await backend.close()
    },
  }
}

/** Stops a foreign name that was made to resolve to 127.0.0.1 (DNS rebinding). */
function isOurHost(request: IncomingMessage): boolean {
  const port = request.socket.localPort
  return request.headers.host === `127.0.0.1:${port}` || request.headers.host === `localhost:${port}`
}

function isOurPage(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host}`
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const query = (request.url ?? '').split('?', 2)[1]
  return pathOf(request) === '/api' && isSameSecret(new URLSearchParams(query).get('token') ?? '', token)
}

/** Not by URL, which throws for some of what a request line may hold. */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return url.split('?', 1)[0]
}
