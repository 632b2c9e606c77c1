import type { Socket } from 'node:net'
import { formatHostPort } from '../../../net/address/host-port.ts'
import { RelayError } from '../../../api/errors.ts'
import { Conversation } from '../../../net/http1/conversation.ts'
import type { Exchange } from '../../../net/http1/exchange.ts'
import { BadHead, valuesOf, type RawFields } from '../../../net/http1/head.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import type { AgentSession, Target } from '../../../session/agent-session.ts'
import { forwardRequest } from '../../hosts/forward/forward-request.ts'
import { KeptLink } from '../../hosts/forward/kept-link.ts'
import { rewriteRequest } from '../../hosts/forward/rewrite-head.ts'
import { TargetLink } from '../../hosts/forward/target-link.ts'
import { parseBasicAuth, type TunnelUser } from '../tunnel-users.ts'
import { endAfter } from './last-words.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import {
  answerFor,
  badRequest,
  encodeAnswer,
  headTooLong,
  passwordRequired,
  sendAnswer,
} from './proxy-answers.ts'
import { parseConnectTarget, parseRequestTarget, type ProxyTarget } from './proxy-target.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** From the connection, or from the answer before, to a whole head. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }
const maxHeadBytes = 64 * 1024

interface Visitor {
  readonly socket: Socket
  readonly connection: TunnelConnection
  readonly users: readonly TunnelUser[] | undefined
  readonly kept: KeptLink<string>
}

/** An HTTP proxy (RFC 9110 §3.7): CONNECT, and requests for `http` addresses. */
export function createHttpProxyMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  const proxy = new HttpProxy(spec.id, context)
  return new TcpListener(spec, context, (socket, connection, { settings }) =>
    proxy.serve(socket, connection, settings?.users),
  )
}

class HttpProxy {
  readonly #tunnelId: number
  readonly #context: TunnelServerContext

  constructor(tunnelId: number, context: TunnelServerContext) {
    this.#tunnelId = tunnelId
    this.#context = context
  }

  /** Fulfils when the visitor has gone. */
  async serve(
    socket: Socket,
    connection: TunnelConnection,
    users: readonly TunnelUser[] | undefined,
  ): Promise<void> {
    const onAbort = () => resetStream(socket)
    connection.signal.addEventListener('abort', onAbort, { once: true })
    const visitor: Visitor = { socket, connection: connection, users, kept: new KeptLink() }
    const conversation = new Conversation(socket, { ...timeouts, maxHeadBytes })
    let lastWords: Buffer | undefined
    try {
      for (let exchange = await conversation.next(); exchange; exchange = await conversation.next()) {
        if (exchange.head.method === 'CONNECT') await this.#connect(exchange, visitor)
        else await this.#answer(exchange, visitor)
      }
    } catch (error) {
      if (!(error instanceof BadHead)) throw error
      lastWords = encodeAnswer(error.status === 431 ? headTooLong : badRequest)
    } finally {
      void visitor.kept.close()
    }
    await conversation.end(lastWords)
    connection.signal.removeEventListener('abort', onAbort)
  }

  async #connect(exchange: Exchange, visitor: Visitor): Promise<void> {
    const { socket, connection } = visitor
    const { early } = exchange.takeOver()
    socket.on('error', () => undefined)
    const target = parseConnectTarget(exchange.head.target)
    if (!this.#isProved(exchange, visitor)) return endAfter(socket, encodeAnswer(passwordRequired))
    if (!target) return endAfter(socket, encodeAnswer(badRequest))
    const onGone = () => connection.end()
    socket.once('close', onGone)
    try {
      const { signal } = connection
      const stream = await this.#session().openStream(target, {
        signal,
        visitor: connection.visitor,
        confirmed: 'soon',
      })
      socket.off('close', onGone)
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (early.length > 0) socket.unshift(early)
      await connection.join(socket, stream)
    } catch (error) {
      socket.off('close', onGone)
      this.#tell(connection, target, error)
      await endAfter(socket, encodeAnswer(answerFor(error)))
    }
  }

  async #answer(exchange: Exchange, visitor: Visitor): Promise<void> {
    const target = parseRequestTarget(exchange.head.target)
    if (!this.#isProved(exchange, visitor)) await sendAnswer(exchange, passwordRequired)
    else if (!target) {
      exchange.endAfterThis()
      await sendAnswer(exchange, badRequest)
    } else {
      const place = `${target.host}:${target.port}`
      const kept = visitor.kept.take(place)
      const link = kept ?? (await this.#openLink(exchange, visitor, target))
      if (!link) return
      const forwarded = await this.#forward(link, exchange, visitor, target)
      visitor.kept.settle(place, link, forwarded, { isKept: exchange.isKept, wasKept: kept !== undefined })
    }
  }

  /** Undefined: the visitor was told why not. */
  async #openLink(
    exchange: Exchange,
    { connection }: Visitor,
    { host, port }: ProxyTarget,
  ): Promise<TargetLink | undefined> {
    const signal = AbortSignal.any([exchange.gone, connection.signal])
    try {
      const { visitor } = connection
      return new TargetLink(connection, await this.#session().openStream({ host, port }, { signal, visitor }))
    } catch (error) {
      this.#tell(connection, { host, port }, error)
      await sendAnswer(exchange, answerFor(error))
      return undefined
    }
  }

  #forward(
    link: TargetLink,
    exchange: Exchange,
    { connection, socket }: Visitor,
    { authority, path }: ProxyTarget,
  ) {
    const { method, fields } = exchange.head
    return forwardRequest(link, exchange, {
      head: {
        method,
        path,
        fields: rewriteRequest(
          { method, host: authority, headers: withoutProxyFields(fields) },
          { address: connection.address, port: socket.remotePort ?? 0, scheme: 'http' },
          { addOrigin: false, dropAuthorization: false, isKept: exchange.isKept },
        ),
      },
    })
  }

  #isProved({ head }: Exchange, { users, connection }: Visitor): boolean {
    if (!users) return true
    const given = parseBasicAuth(valuesOf(head.fields, 'proxy-authorization')[0])
    // A browser asks without a password first.
    return given !== undefined && this.#context.passwords.check(users, given, connection.address) === 'proved'
  }

  #session(): AgentSession {
    const session = this.#context.session()
    if (session) return session
    throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  }

  #tell({ visitor, signal }: TunnelConnection, { host, port }: Target, reason: unknown): void {
    if (signal.aborted) return
    this.#context.log.debug('proxy target not reached', {
      tunnel: this.#tunnelId,
      visitor,
      target: formatHostPort({ host, port }),
      reason,
    })
  }
}

/** The password is for the proxy; and a request must not switch protocols. */
function withoutProxyFields(headers: RawFields): string[] {
  const dropped = new Set(['proxy-authorization', 'upgrade'])
  return headers.filter(
    (_, at) => !dropped.has((headers[at - (at % 2)] ?? '').toLowerCase().replaceAll('_', '-')),
  )
}
