import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import { HttpTimeouts } from '../../net/listen/http-timeouts.ts'
import { serveConnection } from '../../net/listen/serve-connection.ts'
import { answerRequest, answerShortly } from './answer-request.ts'

export interface ServeFolderOptions {
  /** Cut off in front of each path, as `strip_pre` of stock NPS: `/results`. Empty: nothing. */
  readonly stripPrefix?: string | undefined
  readonly log: Log
}

/** The longest a visitor may take to its first whole request, and from one answer to its next. */
const timeouts = { headTimeoutMs: 60_000, keepAliveTimeoutMs: 60_000 }

const maxHeadBytes = 16 * 1024

/**
 * Speaks HTTP/1.1 on `stream`, as the server of one folder: read only, with listings, ranges and conditions. Nothing
 * outside the folder can be reached. Takes `stream` over and ends it when the visitor is done or silent; fulfils when
 * it has closed, never rejects.
 */
export function serveFolder(
  stream: Duplex,
  folder: string,
  { stripPrefix = '', log }: ServeFolderOptions,
): Promise<void> {
  const server = createServer({ maxHeaderSize: maxHeadBytes, keepAliveTimeout: 0 })
  const deadlines = new HttpTimeouts(stream, timeouts)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!deadlines.admit(response)) return
    answerRequest(request, response, { folder, stripPrefix }).catch((error: unknown) => {
      // The visitor has left.
      if (stream.destroyed) return
      log.warn('a file request failed', { folder, reason: error })
      if (response.headersSent) stream.destroy()
      else answerShortly(response, 500)
    })
  })
  server.on('upgrade', () => stream.destroy())
  server.on('clientError', () => {
    if (stream.writable)
      stream.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  return new Promise((resolve) => {
    // An error is always followed by `close`.
    stream.on('error', () => undefined)
    stream.once('close', resolve)
    serveConnection(server, stream)
  })
}
