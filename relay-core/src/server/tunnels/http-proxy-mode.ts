import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RelayError } from '../../api/errors.ts'
import { HttpPatience } from '../../transport/http-patience.ts'
import { serveConnection } from '../../transport/serve-connection.ts'
import { resetStream } from '../../transport/splice.ts'
import type { AgentSession, Target } from '../agent-session.ts'
import { forwardRequest } from '../hosts/forward-request.ts'
import { rewriteRequest, valuesOf } from '../hosts/rewrite-head.ts'
import { streamPair } from '../hosts/stream-pair.ts'
import { parseBasicAuth, type Account } from './accounts.ts'
import { endAfter } from './last-words.ts'
import type { Passage } from './passage.ts'
import { answerFor, badRequest, encodeAnswer, passwordRequired, sendAnswer } from './proxy-answers.ts'
import { parseConnectTarget, parseRequestTarget } from './proxy-target.ts'
import { TcpDoor } from './tcp-door.ts'
import type { ModeContext, TunnelMode, TunnelSpec } from './tunnel-mode.ts'
import { UserCheck } from './user-check.ts'

/** From the connection, or from the answer before, to a whole head. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }
const maxHeadBytes = 32 * 1024
/** A target that has answered, and was told that this is all, may take this long to hang up. */
const lingerMs = 5_000

interface Visitor {
  readonly passage: Passage
  readonly users: readonly Account[] | undefined
  readonly patience: HttpPatience
}

/** An HTTP proxy (RFC 9110 §3.7): CONNECT, and requests for `http` addresses. */
export function createHttpProxyMode(spec: TunnelSpec, context: ModeContext): TunnelMode {
  const proxy = new HttpProxy(spec.id, context)
  return new TcpDoor(spec, context, (socket, passage, { settings }) =>
    proxy.serve(socket, passage, settings?.users),
  )
}

class HttpProxy {
  readonly #tunnelId: number
  readonly #context: ModeContext
  readonly #userCheck = new UserCheck()
  readonly #visitors = new WeakMap<object, Visitor>()
  readonly #server: Server

  constructor(tunnelId: number, context: ModeContext) {
    this.#tunnelId = tunnelId
    this.#context = context
    // Never listens: connections are handed to it, so that its deadlines, which need that, are ours.
    this.#server = createServer({
      maxHeaderSize: maxHeadBytes,
      insecureHTTPParser: false,
      keepAliveTimeout: timeouts.keepAliveTimeoutMs,
      // The address in the request line counts, and HTTP/1.0 has no Host.
      requireHostHeader: false,
      shouldUpgradeCallback: () => false,
    })
    // The head's size is the limit: fields beyond a number would be dropped in silence.
    this.#server.maxHeadersCount = 0
    Object.assign(this.#server, { httpAllowHalfOpen: true })
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response)
    this.#server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest)
    this.#server.on('connect', (request, socket, early) =>
      this.#connect(request, socket as Socket, early).catch(() => resetStream(socket)),
    )
    this.#server.on('clientError', (_error, socket) => {
      if (socket.writable && (socket as Socket).bytesWritten === 0) socket.end(encodeAnswer(badRequest))
      ;(socket as Socket).destroySoon()
    })
  }

  /** Fulfils when the visitor has gone. */
  serve(socket: Socket, passage: Passage, users: readonly Account[] | undefined): Promise<void> {
    this.#visitors.set(socket, { passage, users, patience: new HttpPatience(socket, timeouts) })
    const onAbort = () => resetStream(socket)
    passage.signal.addEventListener('abort', onAbort, { once: true })
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => {
        passage.signal.removeEventListener('abort', onAbort)
        resolve()
      })
    })
    serveConnection(this.#server, socket)
    socket.resume()
    return gone
  }

  async #connect(request: IncomingMessage, socket: Socket, early: Buffer): Promise<void> {
    const visitor = this.#visitors.get(socket)
    if (!visitor) {
      socket.destroy()
      return
    }
    visitor.patience.rest()
    // What comes meanwhile waits in the socket.
    socket.pause()
    socket.on('error', () => undefined)
    const { passage } = visitor
    const target = parseConnectTarget(request.url ?? '')
    if (!this.#isProved(request, visitor)) return endAfter(socket, encodeAnswer(passwordRequired))
    if (!target) return endAfter(socket, encodeAnswer(badRequest))
    const onGone = () => passage.end()
    socket.once('close', onGone)
    try {
      const { signal } = passage
      const stream = await this.#session().openStream(target, {
        signal,
        visitor: passage.visitor,
        confirmed: 'soon',
      })
      socket.off('close', onGone)
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (early.length > 0) socket.unshift(early)
      await passage.join(socket, stream)
    } catch (error) {
      socket.off('close', onGone)
      this.#tell(passage, target, error)
      await endAfter(socket, encodeAnswer(answerFor(error)))
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    const visitor = this.#visitors.get(socket)
    if (!visitor) {
      socket.destroy()
      return
    }
    if (!visitor.patience.admit(response)) return
    request.on('error', () => undefined)
    const target = parseRequestTarget(request.url ?? '')
    const codings = valuesOf(request.rawHeaders, 'transfer-encoding')
    if (!this.#isProved(request, visitor)) sendAnswer(response, passwordRequired)
    else if (!target || codings.some((coding) => coding.toLowerCase() !== 'chunked')) {
      response.shouldKeepAlive = false
      sendAnswer(response, badRequest)
    } else {
      try {
        await this.#forward(request, response, { ...target, passage: visitor.passage })
      } catch (error) {
        this.#tell(visitor.passage, target, error)
        if (response.headersSent) socket.destroy()
        else if (!response.destroyed) sendAnswer(response, answerFor(error))
      }
    }
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { host, port, authority, path, passage }: Target & { authority: string; path: string; passage: Passage },
  ): Promise<void> {
    const gone = new AbortController()
    const onGone = () => gone.abort()
    response.once('close', onGone)
    const signal = AbortSignal.any([gone.signal, passage.signal])
    const { visitor, address } = passage
    const stream = await this.#session().openStream({ host, port }, { signal, visitor })
    response.off('close', onGone)
    const { method = 'GET', rawHeaders } = request
    const [near, far] = streamPair()
    const joined = passage.join(far, stream)
    const headers = rewriteRequest(
      { method, host: authority, headers: withoutProxyFields(rawHeaders) },
      { address, port: request.socket.remotePort ?? 0, scheme: 'http' },
      { addOrigin: false, dropAuthorization: false },
    )
    await forwardRequest(near, { request, response, head: { method, path, headers }, early: undefined })
    const linger = setTimeout(() => far.destroy(), lingerMs)
    await joined
    clearTimeout(linger)
  }

  #isProved({ headers }: IncomingMessage, { users, passage }: Visitor): boolean {
    if (!users) return true
    const given = parseBasicAuth(headers['proxy-authorization'])
    // A browser asks without a password first.
    return given !== undefined && this.#userCheck.proves(users, given, passage.address)
  }

  #session(): AgentSession {
    const session = this.#context.session()
    if (session) return session
    throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  }

  #tell({ visitor, signal }: Passage, { host, port }: Target, reason: unknown): void {
    if (signal.aborted) return
    this.#context.log.debug('proxy target not reached', {
      tunnel: this.#tunnelId,
      visitor,
      target: `${host}:${port}`,
      reason,
    })
  }
}

/** The password is the proxy's; and no other protocol is spoken inside a request. */
function withoutProxyFields(headers: readonly string[]): string[] {
  const dropped = new Set(['proxy-authorization', 'upgrade'])
  return headers.filter((_, at) => !dropped.has((headers[at - (at % 2)] ?? '').toLowerCase()))
}
