import type { Exchange } from '../net/http1/exchange.ts'
import { encodeHead } from '../net/http1/head.ts'
import { RelayError, type RelayErrorCode } from '../api/errors.ts'

/** What a visitor of an HTTP proxy gets instead of the target's answer. */
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

export const headTooLong: ProxyAnswer = {
  status: 431,
  reason: 'Request Header Fields Too Large',
  line: 'The head of the request is too long.',
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

export const targetFailed: ProxyAnswer = { ...badGateway, line: 'The target ended the connection.' }

/** Why the target was not reached. */
export function answerFor(error: unknown): ProxyAnswer {
  if (!(error instanceof RelayError)) return targetFailed
  return { ...(statuses[error.code] ?? badGateway), line: error.message }
}

/** In answer to a request. If an answer has begun, the connection is broken off. */
export function sendAnswer(exchange: Exchange, answer: ProxyAnswer): Promise<void> {
  const { status, reason, headers } = answer
  return exchange.reply({
    status,
    reason,
    fields: Object.entries({ 'Content-Type': 'text/plain; charset=utf-8', ...headers }).flat(),
    body: bodyOf(answer),
  })
}

/** In answer to a CONNECT, as bytes: the connection ends after it. */
export function encodeAnswer(answer: ProxyAnswer): Buffer {
  const body = bodyOf(answer)
  const fields = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(body.length),
    ...answer.headers,
    Connection: 'close',
  }
  const { status, reason } = answer
  return Buffer.concat([encodeHead(`HTTP/1.1 ${status} ${reason}`, Object.entries(fields).flat()), body])
}

function bodyOf({ line }: ProxyAnswer): Buffer {
  return Buffer.from(`${line}\n`)
}
