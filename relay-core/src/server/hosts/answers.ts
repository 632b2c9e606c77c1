import type { ServerResponse } from 'node:http'
import { resetStream } from '../../transport/splice.ts'
import { errorPage, type HostRefusal } from './error-page.ts'
import { rewriteResponse } from './rewrite-head.ts'

/** Answers with the relay's own page; where the target's answer has begun already, only its breaking off can tell. */
export function refuse(response: ServerResponse, refusal: HostRefusal): void {
  if (response.headersSent) {
    breakOff(response)
    return
  }
  const { status, reason, headers, body } = errorPage(refusal)
  endUnlessRead(response)
  response.writeHead(status, reason, headers)
  response.end(body)
}

/** A visitor must be able to tell a broken answer from a complete one, also where only the end says how long it is. */
export function breakOff(response: ServerResponse): void {
  const { socket } = response
  if (socket) resetStream(socket)
  response.destroy()
}

/** To the same address over HTTPS. A method other than GET and HEAD stays what it is (RFC 9110 §15.4.9). */
export function redirectToHttps(response: ServerResponse, host: string, httpsPort: number): void {
  const { method = 'GET', url = '/' } = response.req
  const name = host.replace(/:\d*$/, '')
  const port = httpsPort === 443 ? '' : `:${httpsPort}`
  endUnlessRead(response)
  response.writeHead(method === 'GET' || method === 'HEAD' ? 301 : 308, {
    Location: `https://${name}${port}${url.startsWith('/') ? url : '/'}`,
    'Content-Length': 0,
    'Cache-Control': 'no-store',
  })
  response.end()
}

/** The head of the target's answer, as it came. Throws what node:http throws for a head that no server may send. */
export function passHead(
  response: ServerResponse,
  { statusCode = 502, statusMessage = '', rawHeaders }: PassedHead,
): void {
  response.sendDate = false
  endUnlessRead(response)
  response.writeHead(statusCode, statusMessage, rewriteResponse(rawHeaders))
}

interface PassedHead {
  readonly statusCode?: number | undefined
  readonly statusMessage?: string | undefined
  readonly rawHeaders: readonly string[]
}

/** An upload that nobody takes must not hold the connection: it ends with the answer. */
function endUnlessRead(response: ServerResponse): void {
  const { complete, headers } = response.req
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  if (hasBody && !complete) response.shouldKeepAlive = false
}
