import {
  request as openRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { resetStream, splice } from '../../transport/splice.ts'
import { breakOff, passHead, refuse } from './answers.ts'
import { rewriteSwitch, valuesOf } from './rewrite-head.ts'

/** A target that was sent the whole request and says nothing: longer than any page, shorter than for ever. */
const answerTimeoutMs = 600_000
/** Room for cookies and tokens beyond what a visitor may send, since targets set many at once. */
const largestAnswerHeadBytes = 64 * 1024

export interface Forwarding {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What the target is asked; its `Connection` says whether this is an upgrade. */
  readonly head: { readonly method: string; readonly path: string; readonly headers: readonly string[] }
  /** What the visitor sent behind an upgrade's head. */
  readonly early: Buffer | undefined
}

/**
 * Asks the target at the other end of `stream`, and answers the visitor with what it says: bodies flow as they come,
 * both ways. Fulfils when both have ended; a target that breaks off its answer has the visitor's connection broken off.
 */
export async function forwardRequest(stream: Duplex, forwarding: Forwarding): Promise<void> {
  const { request, response, head, early } = forwarding
  const upstream = openRequest({
    method: head.method,
    path: head.path,
    headers: head.headers,
    createConnection: () => stream,
    maxHeaderSize: largestAnswerHeadBytes,
  })
  upstream.maxHeadersCount = largestAnswerHeadBytes
  const ended = Promise.all([closed(upstream), closed(response)])
  const abandon = () => upstream.destroy()
  response.once('close', abandon)
  upstream.on('error', () => {
    if (!response.destroyed) refuse(response, 'target-failed')
  })
  upstream.on('continue', () => response.writeContinue())
  upstream.on('response', (answer) => passAnswer(answer, response, upstream))
  const switched = new Promise((resolve) => {
    upstream.on('upgrade', (answer, target, first) => {
      response.off('close', abandon)
      resolve(joinSwitched(answer, target as Duplex, first, forwarding))
    })
  })
  if (early === undefined) {
    // The target may be asked for its consent to the body first (100-continue), so the head does not wait for it.
    upstream.flushHeaders()
    awaitAnswer(request, upstream)
    request.pipe(upstream)
    upstream.once('close', () => request.unpipe(upstream))
  } else {
    upstream.end()
  }
  await Promise.race([ended, switched])
}

function passAnswer(answer: IncomingMessage, response: ServerResponse, upstream: ClientRequest): void {
  const codings = valuesOf(answer.rawHeaders, 'transfer-encoding')
  try {
    // Another coding would have to be taken off, or passed on with a framing that node:http does not make.
    if (codings.some((coding) => coding.toLowerCase() !== 'chunked')) throw new Error('unknown coding')
    passHead(response, answer)
  } catch {
    upstream.destroy()
    refuse(response, 'target-failed')
    return
  }
  answer.pipe(response)
  answer.on('error', () => breakOff(response))
}

/** The deadline runs once the target has the whole request; before, the visitor's pace decides. */
function awaitAnswer(request: IncomingMessage, upstream: ClientRequest): void {
  let timer: NodeJS.Timeout | undefined
  request.once('end', () => {
    timer = setTimeout(() => {
      upstream.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))
    }, answerTimeoutMs)
  })
  for (const event of ['response', 'close']) upstream.once(event, () => clearTimeout(timer))
}

/** From here on this is no HTTP any more; a target that switches unasked is out of step with its visitor. */
async function joinSwitched(
  answer: IncomingMessage,
  target: Duplex,
  first: Buffer,
  { response, early }: Forwarding,
): Promise<void> {
  const { socket } = response
  if (!socket || early === undefined) {
    resetStream(target)
    if (socket) refuse(response, 'target-failed')
    return
  }
  response.detachSocket(socket)
  const lines = [`HTTP/1.1 101 ${answer.statusMessage ?? 'Switching Protocols'}`]
  const headers = rewriteSwitch(answer.rawHeaders)
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`)
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), first]))
  if (early.length > 0) target.write(early)
  // It may have said all before the target was reached, which nobody would hear of any more.
  if (socket.readableEnded) target.end()
  await splice(socket, target)
}

function closed(message: ClientRequest | ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (message.closed) resolve()
    else message.once('close', () => resolve())
  })
}
