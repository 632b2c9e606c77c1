import { Conversation } from '../net/http1/conversation.ts'
import type { Exchange } from '../net/http1/exchange.ts'
import { forwardRequest } from '../net/http1/forward/forward-request.ts'
import { KeptLink } from '../net/http1/forward/kept-link.ts'
import { rewriteRequest } from '../net/http1/forward/rewrite-head.ts'
import { streamPair } from '../net/http1/forward/stream-pair.ts'
import { TargetLink } from '../net/http1/forward/target-link.ts'
import { BadHead, type RawFields } from '../net/http1/head.ts'
import { resetStream, splice } from '../net/stream/splice.ts'
import { endAfter } from './last-words.ts'
import {
  answerFor,
  badRequest,
  encodeAnswer,
  headTooLong,
  passwordRequired,
  sendAnswer,
  targetFailed,
} from './proxy-answers.ts'
import type { ProxyClient } from './proxy-client.ts'
import { parseConnectTarget, parseRequestTarget, type ProxyTarget } from './proxy-target.ts'

/** From the connection, or from the answer before, to a whole head. */
const timeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }
const maxHeadBytes = 64 * 1024

export interface HttpProxyRules {
  /** Whether a request comes from someone who may use the proxy. */
  readonly isProved: (fields: RawFields) => boolean
}

/**
 * An HTTP proxy (RFC 9110 §3.7): CONNECT, and requests for `http` addresses in absolute form. Any other request is
 * refused, and the connection ends with it: a page that has a browser visit the proxy's own address gets nowhere. Fulfils
 * when the client has gone.
 */
export async function serveHttpProxy(client: ProxyClient, rules: HttpProxyRules): Promise<void> {
  const { stream, signal } = client
  const onAbort = () => resetStream(stream)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const serving = new Serving(client, rules)
  const conversation = new Conversation(stream, { ...timeouts, maxHeadBytes })
  let lastWords: Buffer | undefined
  try {
    for (let exchange = await conversation.next(); exchange; exchange = await conversation.next())
      await serving.serve(exchange)
  } catch (error) {
    if (!(error instanceof BadHead)) throw error
    lastWords = encodeAnswer(error.status === 431 ? headTooLong : badRequest)
  } finally {
    serving.close()
    signal.removeEventListener('abort', onAbort)
  }
  await conversation.end(lastWords)
}

/** The requests of one client's connection. */
class Serving {
  readonly #client: ProxyClient
  readonly #rules: HttpProxyRules
  readonly #kept = new KeptLink<string>()

  constructor(client: ProxyClient, rules: HttpProxyRules) {
    this.#client = client
    this.#rules = rules
  }

  serve(exchange: Exchange): Promise<void> {
    return exchange.head.method === 'CONNECT' ? this.#connect(exchange) : this.#answer(exchange)
  }

  close(): void {
    void this.#kept.close()
  }

  async #connect(exchange: Exchange): Promise<void> {
    const { stream, signal, reach, join, onRefused } = this.#client
    const { early } = exchange.takeOver()
    stream.on('error', () => undefined)
    const target = parseConnectTarget(exchange.head.target)
    if (!this.#rules.isProved(exchange.head.fields)) return endAfter(stream, encodeAnswer(passwordRequired))
    if (!target) return endAfter(stream, encodeAnswer(badRequest))
    const gone = new AbortController()
    stream.once('close', () => gone.abort(new Error('the client has left')))
    if (stream.destroyed) return
    try {
      const there = await reach(target, {
        signal: AbortSignal.any([signal, gone.signal]),
        confirmed: 'soon',
      })
      stream.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (!stream.readableEnded) {
        if (early.length > 0) stream.unshift(early)
        await join(stream, there)
        return
      }
      // All that it has to say came with the CONNECT, its end too, which no reader of it hears any more.
      const [near, far] = streamPair()
      near.end(early)
      await Promise.all([splice(stream, near), join(far, there)])
    } catch (error) {
      if (!gone.signal.aborted) onRefused(error, target)
      await endAfter(stream, encodeAnswer(answerFor(error)))
    }
  }

  async #answer(exchange: Exchange): Promise<void> {
    const target = parseRequestTarget(exchange.head.target)
    if (!this.#rules.isProved(exchange.head.fields)) await sendAnswer(exchange, passwordRequired)
    else if (!target) {
      exchange.endAfterThis()
      await sendAnswer(exchange, badRequest)
    } else {
      const place = `${target.host}:${target.port}`
      const kept = this.#kept.take(place)
      const link = kept ?? (await this.#openLink(exchange, target))
      if (!link) return
      const forwarded = await forward(link, exchange, target)
      this.#kept.settle(place, link, forwarded, { isKept: exchange.isKept, wasKept: kept !== undefined })
    }
  }

  /** Undefined: the client was told why not. */
  async #openLink(exchange: Exchange, { host, port }: ProxyTarget): Promise<TargetLink | undefined> {
    const { signal, reach, join, onRefused } = this.#client
    try {
      const there = await reach({ host, port }, { signal: AbortSignal.any([exchange.gone, signal]) })
      return new TargetLink(there, join)
    } catch (error) {
      onRefused(error, { host, port })
      await sendAnswer(exchange, answerFor(error))
      return undefined
    }
  }
}

function forward(link: TargetLink, exchange: Exchange, { authority, path }: ProxyTarget) {
  const { method, fields } = exchange.head
  return forwardRequest(link, exchange, {
    head: {
      method,
      path,
      fields: rewriteRequest(
        { method, host: authority, headers: withoutProxyFields(fields) },
        { address: '', port: 0, scheme: 'http' },
        { addOrigin: false, dropAuthorization: false, isKept: exchange.isKept },
      ),
    },
    refuse: (refused, why) => sendAnswer(refused, why === 'bad-request' ? badRequest : targetFailed),
  })
}

/** The password is for the proxy; and a request must not switch protocols. */
function withoutProxyFields(headers: RawFields): string[] {
  const dropped = new Set(['proxy-authorization', 'upgrade'])
  return headers.filter(
    (_, at) => !dropped.has((headers[at - (at % 2)] ?? '').toLowerCase().replaceAll('_', '-')),
  )
}
