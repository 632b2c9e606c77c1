import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { duplexPair, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RelayError } from '../../../api/errors.ts'
import type { Log } from '../../../log/log.ts'
import { HttpTimeouts } from '../../../net/listen/http-timeouts.ts'
import { serveConnection } from '../../../net/listen/serve-connection.ts'
import { parseBasicAuth, type TunnelUser } from '../tunnel-users.ts'
import type { PasswordCheck } from '../password-check.ts'

/** The longest a visitor may take to its first whole request, and from one answer to its next. */
const timeouts = { headTimeoutMs: 60_000, keepAliveTimeoutMs: 60_000 }

/** Who is let in, and where the visitor comes from. */
interface Guard {
  readonly users: readonly TunnelUser[]
  readonly passwords: PasswordCheck
  readonly address: string
}

/**
 * Asks for a name and password (Basic, RFC 7617) before each request, and passes on, one stream per request, those that
 * only read. Returns the end to join to the visitor; `open` opens a stream on which HTTP is served.
 */
export function guardHttp(open: () => Promise<Duplex>, { log, ...guard }: Guard & { log: Log }): Duplex {
  const [outside, inside] = duplexPair()
  const server = createServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 0 })
  const deadlines = new HttpTimeouts(inside, timeouts)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!deadlines.admit(response)) return
    answer(request, response, { open, ...guard }).catch((error: unknown) => {
      // The visitor has left.
      if (inside.destroyed) return
      log.warn('a request was not passed on', { reason: error })
      if (response.headersSent) inside.destroy()
      else response.writeHead(502, { 'content-length': 0 }).end()
    })
  })
  server.on('upgrade', () => inside.destroy())
  server.on('clientError', () => inside.destroy())
  // An error is always followed by `close`.
  inside.on('error', () => undefined)
  inside.once('close', () => {
    if (!outside.readableEnded) outside.destroy()
  })
  serveConnection(server, inside)
  return outside
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { open, users, passwords, address }: Guard & { open: () => Promise<Duplex> },
): Promise<void> {
  request.resume()
  const { method = 'GET', url = '/', headers } = request
  const given = parseBasicAuth(headers.authorization)
  // A browser asks without a password first.
  const proof = given ? passwords.check(users, given, address) : 'wrong'
  if (proof === 'locked') {
    response.writeHead(429, { 'retry-after': '60', 'content-length': 0 }).end()
    return
  }
  if (proof === 'wrong') {
    response.writeHead(401, {
      'www-authenticate': 'Basic realm="files", charset="UTF-8"',
      'content-length': 0,
    })
    response.end()
    return
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', connection: 'close', 'content-length': 0 }).end()
    return
  }
  const stream = await open()
  stream.on('error', () => undefined)
  response.once('close', () => stream.destroy())
  const { authorization: _, connection: __, ...others } = headers
  const asked = httpRequest({
    createConnection: () => stream,
    method,
    path: url,
    headers: { ...others, connection: 'close' },
  })
  const answer = Promise.withResolvers<IncomingMessage>()
  asked.once('response', answer.resolve).once('error', answer.reject)
  stream.once('close', () => answer.reject(new RelayError('agent-silent', 'The lab box ended the stream.')))
  asked.end()
  const answered = await answer.promise
  const { connection: ___, 'keep-alive': ____, ...answerHeaders } = answered.headers
  response.writeHead(answered.statusCode ?? 502, answerHeaders)
  await pipeline(answered, response)
}
