import type { Socket } from 'node:net'
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
import { parseBasicAuth, type Account } from '../accounts.ts'
import { endAfter } from './last-words.ts'
import type { Passage } from '../passage.ts'
import {
  answerFor,
  badRequest,
  encodeAnswer,
  headTooLong,
  passwordRequired,
  sendAnswer,
} from './proxy-answers.ts'
import { parseConnectTarget, parseRequestTarget, type ProxyTarget } from './proxy-target.ts'
import { TcpDoor } from './tcp-door.ts'
import type { ModeContext, TunnelMode, TunnelSpec } from './tunnel-mode.ts'

/** From the connection, or from the answer before, to a whole head. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }
const maxHeadBytes = 64 * 1024

interface Visitor {
  readonly socket: Socket
  readonly passage: Passage
  readonly users: readonly Account[] | undefined
  readonly kept: KeptLink<string>
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

  constructor(tunnelId: number, context: ModeContext) {
    this.#tunnelId = tunnelId
    this.#context = context
  }

  /** Fulfils when the visitor has gone. */
  async serve(socket: Socket, passage: Passage, users: readonly Account[] | undefined): Promise<void> {
    const onAbort = () => resetStream(socket)
    passage.signal.addEventListener('abort', onAbort, { once: true })
    const visitor: Visitor = { socket, passage, users, kept: new KeptLink() }
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
    passage.signal.removeEventListener('abort', onAbort)
  }

  async #connect(exchange: Exchange, visitor: Visitor): Promise<void> {
    const { socket, passage } = visitor
    const { early } = exchange.takeOver()
    socket.on('error', () => undefined)
    const target = parseConnectTarget(exchange.head.target)
    if (!this.#isProved(exchange, visitor)) return endAfter(socket, encodeAnswer(passwordRequired))
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
    { passage }: Visitor,
    { host, port }: ProxyTarget,
  ): Promise<TargetLink | undefined> {
    const signal = AbortSignal.any([exchange.gone, passage.signal])
    try {
      const { visitor } = passage
      return new TargetLink(passage, await this.#session().openStream({ host, port }, { signal, visitor }))
    } catch (error) {
      this.#tell(passage, { host, port }, error)
      await sendAnswer(exchange, answerFor(error))
      return undefined
    }
  }

  #forward(
    link: TargetLink,
    exchange: Exchange,
    { passage, socket }: Visitor,
    { authority, path }: ProxyTarget,
  ) {
    const { method, fields } = exchange.head
    return forwardRequest(link, exchange, {
      head: {
        method,
        path,
        fields: rewriteRequest(
          { method, host: authority, headers: withoutProxyFields(fields) },
          { address: passage.address, port: socket.remotePort ?? 0, scheme: 'http' },
          { addOrigin: false, dropAuthorization: false, isKept: exchange.isKept },
        ),
      },
    })
  }

  #isProved({ head }: Exchange, { users, passage }: Visitor): boolean {
    if (!users) return true
    const given = parseBasicAuth(valuesOf(head.fields, 'proxy-authorization')[0])
    // A browser asks without a password first.
    return given !== undefined && this.#context.passwords.check(users, given, passage.address) === 'proved'
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
function withoutProxyFields(headers: RawFields): string[] {
  const dropped = new Set(['proxy-authorization', 'upgrade'])
  return headers.filter(
    (_, at) => !dropped.has((headers[at - (at % 2)] ?? '').toLowerCase().replaceAll('_', '-')),
  )
}
