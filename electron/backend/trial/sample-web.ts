import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { serveSample, type SampleService } from './sample-service.ts'

export interface SampleWebOptions {
  /** By path; each answers whole. */
  readonly routes: Readonly<
    Record<string, (request: IncomingMessage) => { type: string; body: string | Buffer }>
  >
  /** Takes WebSocket connections to any path. */
  readonly onSocket?: (socket: WebSocket) => void
}

/** A small web server on a free port of 127.0.0.1. */
export function startSampleWeb({ routes, onSocket }: SampleWebOptions): Promise<SampleService> {
  const server = createServer((request, response) => answer(routes, request, response))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (!onSocket || !isSamePage(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, onSocket)
  })
  return serveSample(server, () => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
  })
}

/** Another page must not be able to talk to the sample's socket through the visitor's browser. */
function isSamePage({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || headers.origin === `http://${headers.host}`
}

function answer(
  routes: SampleWebOptions['routes'],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // Not by URL, which throws for some of what a request line may hold.
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (!route) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n')
    return
  }
  const { type, body } = route(request)
  response.writeHead(200, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}
