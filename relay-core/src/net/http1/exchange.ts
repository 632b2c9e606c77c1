import type { Duplex } from 'node:stream'
import { resetStream } from '../stream/splice.ts'
import { framed, framedEnd, readBody, send } from './body.ts'
import type { ByteSource } from './byte-source.ts'
import type { Framing } from './framing.ts'
import { encodeHead, tokensOf, valuesOf, type AnswerHead, type RawFields, type RequestHead } from './head.ts'

export interface WholeAnswer {
  readonly status: number
  readonly reason: string
  readonly fields: RawFields
  readonly body: Uint8Array
}

/** One request and its answer. */
export class Exchange {
  readonly head: RequestHead
  readonly framing: Framing
  readonly #stream: Duplex
  readonly #source: ByteSource
  readonly #gone = new AbortController()
  readonly #mayEnd: boolean
  /** The framing of the answer; undefined: it has not begun. */
  #answering: Framing | undefined
  #isBodyRead: boolean
  #isKept: boolean
  #isDone = false
  #isTakenOver = false

  constructor({
    stream,
    source,
    head,
    framing,
  }: {
    stream: Duplex
    source: ByteSource
    head: RequestHead
    framing: Framing
  }) {
    this.head = head
    this.framing = framing
    this.#stream = stream
    this.#source = source
    this.#isBodyRead = framing.kind === 'none'
    const connection = tokensOf(head.fields, 'connection')
    this.#isKept = !connection.includes('close') && (head.minor === 1 || connection.includes('keep-alive'))
    this.#mayEnd = !this.#isKept || connection.includes('upgrade') || head.method === 'CONNECT'
    if (stream.destroyed) this.#gone.abort()
    else stream.once('close', this.#onClose)
  }

  /** Aborts when the visitor has gone and nobody would receive the answer. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Whether the visitor's connection stays open after the answer, as far as is known. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** No further request is accepted on this connection. */
  endAfterThis(): void {
    this.#isKept = false
  }

  get hasBegun(): boolean {
    return this.#answering !== undefined
  }

  get isTakenOver(): boolean {
    return this.#isTakenOver
  }

  /** The request's body. Throws `BrokenBody`. Can be read once. */
  async *body(): AsyncGenerator<Buffer, void, undefined> {
    yield* readBody(this.#source, this.framing, { strict: true })
    this.#isBodyRead = true
  }

  /** An interim answer (RFC 9110 §15.2), which HTTP/1.0 does not know. */
  async interim({ status, reason, fields }: AnswerHead): Promise<void> {
    if (this.head.minor === 1) await send(this.#stream, encodeHead(`HTTP/1.1 ${status} ${reason}`, fields))
  }

  /**
   * Begins an answer whose body follows by `write`. `fields` are without those of the connection. `framing`: of the body,
   * where it comes from; the visitor gets one that it knows.
   */
  async begin(
    { status, reason, fields }: Pick<AnswerHead, 'status' | 'reason' | 'fields'>,
    framing: Framing,
  ): Promise<void> {
    const known: Framing =
      framing.kind !== 'chunked' && framing.kind !== 'close'
        ? framing
        : { kind: this.head.minor === 1 ? 'chunked' : 'close' }
    // An upload that nobody reads must not hold the connection: it ends with the answer.
    if (known.kind === 'close' || !this.#isBodyRead) this.#isKept = false
    this.#answering = known
    const [length] = valuesOf(fields, 'content-length')
    const shown =
      framing.kind === 'length' ? String(framing.bytes) : framing.kind === 'none' ? length : undefined
    const kept = fields.filter((_, at) => (fields[at - (at % 2)] ?? '').toLowerCase() !== 'content-length')
    await send(
      this.#stream,
      encodeHead(`HTTP/1.1 ${status} ${reason}`, [
        ...kept,
        ...(shown === undefined ? [] : ['Content-Length', shown]),
        ...(known.kind === 'chunked' ? ['Transfer-Encoding', 'chunked'] : []),
        'Connection',
        this.#isKept ? 'keep-alive' : 'close',
      ]),
    )
  }

  async write(piece: Buffer): Promise<void> {
    if (this.#answering) await send(this.#stream, framed(piece, this.#answering))
  }

  async finish(): Promise<void> {
    if (this.#answering?.kind === 'chunked') await send(this.#stream, framedEnd(this.#answering))
    this.#isDone = true
    this.#stream.off('close', this.#onClose)
  }

  /** A complete answer of our own. If one has begun, breaking it off is the only way to tell. */
  async reply({ status, reason, fields, body }: WholeAnswer): Promise<void> {
    if (this.hasBegun) {
      this.breakOff()
      return
    }
    try {
      await this.begin({ status, reason, fields }, { kind: 'length', bytes: body.length })
      if (this.head.method !== 'HEAD') await this.write(Buffer.from(body))
      await this.finish()
    } catch {
      // There is nobody to receive it.
      this.#stream.destroy()
    }
  }

  /** A visitor must be able to tell a broken answer from a complete one, also when only its end tells the length. */
  breakOff(): void {
    resetStream(this.#stream)
  }

  /** The connection switches to another protocol here. Returns it, paused, and what was already received. */
  takeOver(): { stream: Duplex; early: Buffer } {
    this.#isTakenOver = true
    this.#stream.off('close', this.#onClose)
    return { stream: this.#stream, early: this.#source.release() }
  }

  /** For the conversation: whether another request may come on this connection. */
  get isFollowed(): boolean {
    return this.#isDone && this.#isKept && !this.#isTakenOver && !this.#stream.destroyed
  }

  /** For the conversation. A visitor that has sent more than this one request, and ends its half, has left. */
  visitorEnded(): void {
    if (!this.#isDone && !this.#mayEnd) this.#stream.destroy()
  }

  readonly #onClose = (): void => this.#gone.abort()
}
