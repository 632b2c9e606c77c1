import type { Duplex } from 'node:stream'
import { BrokenBody, framed, framedEnd, readBody, send } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { answerFraming } from '../framing.ts'
import {
  BadHead,
  encodeHead,
  parseAnswerHead,
  tokensOf,
  valuesOf,
  type AnswerHead,
  type RawFields,
} from '../head.ts'
import { readHeadLines } from '../read-head.ts'
import { resetStream, splice } from '../../stream/splice.ts'
import { isUpgradeRequest, rewriteResponse, rewriteSwitch } from './rewrite-head.ts'
import type { TargetLink } from './target-link.ts'

/**
 * How long a target that was sent the whole request may stay silent: longer than any page takes. A target that has begun to
 * answer may take any time: a download, a feed of events, a WebSocket.
 */
const answerTimeoutMs = 600_000
/** Room for cookies and tokens beyond what a visitor may send, since targets set many at once. */
const maxAnswerHeadBytes = 256 * 1024

type Link = Pick<TargetLink, 'stream' | 'source' | 'closed'>

/** The visitor's request is not framed as it says, or the target has not answered properly. */
export type ForwardRefusal = 'bad-request' | 'target-failed'

export interface Forwarding {
  /** What the target is asked. */
  readonly head: { readonly method: string; readonly path: string; readonly fields: RawFields }
  /** Tells the visitor why there is no answer of the target; breaks the connection off if one has begun. Never rejects. */
  readonly refuse: (exchange: Exchange, refusal: ForwardRefusal) => Promise<void>
  /** The fields of an answer as the visitor gets them. */
  readonly rewriteAnswer?: (fields: RawFields) => RawFields
}

/** The state of the connection to the target after a request. */
export interface Forwarded {
  /** It is open and can take another request. */
  readonly isReusable: boolean
  /** The request or the answer is part of a login that is bound to the connection. */
  readonly bindsConnection: boolean
}

const spent: Forwarded = { isReusable: false, bindsConnection: false }

/**
 * Sends the request to the target and its answer to the visitor, byte for byte: bodies flow as they arrive, in both directions. Fulfils
 * when the answer has ended; if the target breaks it off, so is the visitor's connection. Never rejects.
 */
export async function forwardRequest(
  link: Link,
  exchange: Exchange,
  { head, refuse, rewriteAnswer = (fields) => fields }: Forwarding,
): Promise<Forwarded> {
  const abandon = () => link.stream.destroy()
  if (exchange.gone.aborted) abandon()
  exchange.gone.addEventListener('abort', abandon, { once: true })
  const request = new Request(link)
  // A visitor that asked for another protocol and was refused may already have sent more than a request.
  if (isUpgradeRequest(exchange.head.fields)) exchange.endAfterThis()
  const sending = request.send(encodeHead(`${head.method} ${head.path} HTTP/1.1`, head.fields), exchange)
  try {
    const answer = await readAnswer(link, exchange, rewriteAnswer)
    request.settle()
    if (answer.status === 101) {
      exchange.gone.removeEventListener('abort', abandon)
      await joinSwitched(answer, link, exchange)
      return spent
    }
    const body = answerFraming(answer, head.method)
    const fields = rewriteAnswer(rewriteResponse(answer.fields))
    await exchange.begin({ ...answer, fields }, body)
    for await (const piece of readBody(link.source, body, { strict: false })) await exchange.write(piece)
    await exchange.finish()
    const isReusable = request.isSent && body.kind !== 'close' && isPersistent(answer)
    return { isReusable, bindsConnection: isBound(head.fields, answer.fields) }
  } catch (error) {
    if (!(error instanceof BrokenBody || error instanceof BadHead)) throw error
    if (!exchange.gone.aborted) await refuse(exchange, request.isBroken ? 'bad-request' : 'target-failed')
    return spent
  } finally {
    exchange.gone.removeEventListener('abort', abandon)
    request.settle()
    if (!request.isSent) link.stream.destroy()
    await Promise.race([sending, link.closed])
  }
}

/** The request being sent to the target, with the deadline for the answer. */
class Request {
  readonly #link: Link
  #deadline: NodeJS.Timeout | undefined
  #isSettled = false
  isSent = false
  /** The visitor's body is not framed as its head says. */
  isBroken = false

  constructor(link: Link) {
    this.#link = link
  }

  /** Never rejects: how the target reacts to half a request is what counts. */
  async send(head: Buffer, exchange: Exchange): Promise<void> {
    const { stream } = this.#link
    const { framing } = exchange
    try {
      // The visitor may wait for the target's consent before it sends the body (100-continue), so the head does not wait for the body.
      await send(stream, head)
      for await (const piece of this.#piecesOf(exchange)) await send(stream, framed(piece, framing))
      await send(stream, framedEnd(framing))
      this.isSent = true
      if (!this.#isSettled) this.#deadline = setTimeout(() => stream.destroy(), answerTimeoutMs)
    } catch (error) {
      if (!(error instanceof BrokenBody)) throw error
      if (this.isBroken) stream.destroy()
    }
  }

  async *#piecesOf(exchange: Exchange): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* exchange.body()
    } catch (error) {
      this.isBroken = true
      throw error
    }
  }

  /** There is an answer, or there will not be one. */
  settle(): void {
    this.#isSettled = true
    clearTimeout(this.#deadline)
  }
}

/** The answer's head; the visitor has got what came before it. Rejects with `BadHead` or `BrokenBody`. */
async function readAnswer(
  { source }: Link,
  exchange: Exchange,
  rewriteAnswer: (fields: RawFields) => RawFields,
): Promise<AnswerHead> {
  for (;;) {
    const lines = await readHeadLines(source, { maxBytes: maxAnswerHeadBytes, of: 'answer' })
    if (!lines) throw new BrokenBody('no answer')
    const answer = parseAnswerHead(lines)
    if (answer.status === 101 && !isUpgradeRequest(exchange.head.fields))
      throw new BadHead('switched unasked')
    if (answer.status >= 200 || answer.status === 101) return answer
    await exchange.interim({ ...answer, fields: rewriteAnswer(rewriteResponse(answer.fields)) })
  }
}

function isPersistent({ minor, fields }: AnswerHead): boolean {
  const connection = tokensOf(fields, 'connection')
  return minor === 1 ? !connection.includes('close') : connection.includes('keep-alive')
}

/** NTLM, and Negotiate with NTLM inside, authenticate a connection, not a request (RFC 4559 §6). */
function isBound(asked: RawFields, answered: RawFields): boolean {
  return [...valuesOf(asked, 'authorization'), ...valuesOf(answered, 'www-authenticate')].some((value) =>
    /^\s*(ntlm|negotiate|kerberos)\b/i.test(value),
  )
}

/** From here on this is not HTTP any more. */
async function joinSwitched(answer: AnswerHead, link: Link, exchange: Exchange): Promise<void> {
  const { stream: visitor, early } = exchange.takeOver()
  const target: Duplex = link.stream
  const first = link.source.release()
  visitor.write(
    Buffer.concat([encodeHead(`HTTP/1.1 101 ${answer.reason}`, rewriteSwitch(answer.fields)), first]),
  )
  if (early.length > 0) target.write(early)
  // It may have sent everything before the target was reached, and nobody would notice its end any more.
  if (visitor.readableEnded) target.end()
  if (target.readableEnded) visitor.end()
  if (visitor.destroyed) resetStream(target)
  await splice(visitor, target)
}
