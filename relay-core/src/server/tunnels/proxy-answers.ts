import type { ServerResponse } from 'node:http'
import { RelayError, type RelayErrorCode } from '../../api/errors.ts'

/** What a visitor of an HTTP proxy is told instead of the target's answer. */
export interface ProxyAnswer {
  readonly status: number
  readonly reason: string
  /** One line for a person. */
  readonly line: string
  readonly headers?: Readonly<Record<string, string>>
}

export const badRequest: ProxyAnswer = {
  status: 400,
  reason: 'Bad Request',
  line: 'This is an HTTP proxy: it takes CONNECT host:port, and requests for http:// addresses.',
}

export const passwordRequired: ProxyAnswer = {
  status: 407,
  reason: 'Proxy Authentication Required',
  line: 'This proxy asks for a user and a password.',
  headers: { 'Proxy-Authenticate': 'Basic realm="nps", charset="UTF-8"' },
}

const badGateway = { status: 502, reason: 'Bad Gateway' }
const gatewayTimeout = { status: 504, reason: 'Gateway Timeout' }
const statuses: Partial<Record<RelayErrorCode, { status: number; reason: string }>> = {
  'target-denied': { status: 403, reason: 'Forbidden' },
  'target-timeout': gatewayTimeout,
  'agent-silent': gatewayTimeout,
}

/** Why the target was not reached. */
export function answerFor(error: unknown): ProxyAnswer {
  if (!(error instanceof RelayError)) return { ...badGateway, line: 'The target ended the connection.' }
  return { ...(statuses[error.code] ?? badGateway), line: error.message }
}

/** To a request whose answer has not begun. */
export function sendAnswer(response: ServerResponse, answer: ProxyAnswer): void {
  // A body that nobody takes must not hold the connection.
  response.shouldKeepAlive &&= response.req.complete
  response.writeHead(answer.status, answer.reason, { ...headersOf(answer), ...answer.headers })
  response.end(`${answer.line}\n`)
}

/** To a CONNECT, as bytes: the connection ends after it. */
export function encodeAnswer(answer: ProxyAnswer): Buffer {
  const fields = { ...headersOf(answer), ...answer.headers, Connection: 'close' }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 ${answer.status} ${answer.reason}\r\n${lines.join('')}\r\n${answer.line}\n`)
}

function headersOf({ line }: ProxyAnswer): Record<string, string> {
  return { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${Buffer.byteLength(line) + 1}` }
}
