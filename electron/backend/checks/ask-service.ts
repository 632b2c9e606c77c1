import { until } from '@nps-desktop/relay-core/async'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { knownServices } from '@nps-desktop/electron/contract'
import type { KnownService, ServiceKind, ServiceProof } from '@nps-desktop/electron/contract'
import { answerOf, type ServiceAnswer } from './service-answer.ts'

const answerTimeoutMs = 5_000
/** Far more than a banner or the head of a JSON answer; a service that sends more is cut off. */
const maxBytes = 16 * 1024

/** Sends what the kind's client would send first, and reads until the answer is clear. */
export function askService(
  socket: Duplex,
  {
    kind,
    path,
    as = '127.0.0.1',
    signal,
  }: { kind: ServiceKind; path: string; as?: string; signal: AbortSignal },
): Promise<ServiceAnswer> {
  const { proof }: KnownService = knownServices[kind]
  const request =
    proof.by === 'reply'
      ? Buffer.from(proof.hello, 'latin1')
      : isWeb(proof)
        ? pageRequest(`${path}${proof.by === 'page' ? proof.page : ''}`, as)
        : null
  const look = (text: string, ended: boolean): ServiceAnswer | null => answerOf(kind, text, ended)
  return readAnswer(socket, { request, look, whenLate: { state: 'silent' }, signal })
}

/**
 * HTTP/1.0: the service closes after its answer, and sends no chunks. A local Host, as the browser sends it through the forward of
 * loopback-forwards.ts: a Jupyter on loopback answers no other.
 */
export function pageRequest(path: string, as = '127.0.0.1', accept = 'application/json'): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.0\r\nHost: ${as}\r\nAccept: ${accept}\r\n\r\n`)
}

/**
 * Sends `request`, where there is one, and reads until `look` has understood what has come; `ended`: nothing more will. What has come
 * after `waitMs` must suffice: `whenLate` is the answer where that is nothing.
 */
export async function readAnswer<Answer>(
  socket: Duplex,
  {
    request,
    look,
    whenLate,
    waitMs = answerTimeoutMs,
    signal,
  }: {
    request: Buffer | null
    look: (text: string, ended: boolean) => Answer | null
    whenLate: Answer
    waitMs?: number
    signal: AbortSignal
  },
): Promise<Answer> {
  const answered = Promise.withResolvers<Answer>()
  let received = Buffer.alloc(0)
  const see = (ended: boolean): void => {
    const answer = look(received.toString('latin1'), ended)
    if (answer !== null) answered.resolve(answer)
  }
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk])
    see(received.length >= maxBytes)
  }
  const onEnd = (): void => see(true)
  socket.on('data', onData).once('close', onEnd).once('end', onEnd)
  if (request) socket.write(request)
  const late = new Error(`no answer within ${waitMs / 1000} s`)
  try {
    return await until(answered.promise, { signal, timeoutMs: waitMs, onTimeout: () => late })
  } catch (error) {
    if (error !== late) throw error
    return look(received.toString('latin1'), true) ?? whenLate
  } finally {
    socket.off('data', onData).off('close', onEnd).off('end', onEnd)
  }
}

/** The browser judges the certificate; nothing secret is sent here, and a notebook's is mostly self-signed. */
export function sealed(stream: Duplex): Duplex {
  const secure = connectTls({ socket: stream, rejectUnauthorized: false })
  // 'close' follows
  secure.on('error', () => secure.destroy())
  return secure
}

export function isWeb(proof: ServiceProof): proof is Extract<ServiceProof, { by: 'page' | 'any-page' }> {
  return proof.by === 'page' || proof.by === 'any-page'
}
