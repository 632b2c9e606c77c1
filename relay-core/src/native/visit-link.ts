import type { Duplex } from 'node:stream'
import { knownErrorCode, RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import { decodeFailed, decodeNumber, decodeRefused, encodeHello, wireVersion } from '../wire/messages.ts'
import { Carrier } from './carriers/carrier.ts'
import { connectBridge } from './connect-bridge.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { channelBinding, makeProof, visitId } from './proofs.ts'

/** The relay allows the agent 12 s to reach the target. */
const answerTimeoutMs = 15_000

/** A visitor's connection carries one stream. */
const onlyStream = 1

/** Lets the next visit skip the costly part of the handshake, with the relay that has proved this key and no other. */
export interface VisitTickets extends TlsTickets {
  fingerprint?: string
}

export interface OpenVisitOptions {
  readonly host: string
  readonly port: number
  readonly proxy?: ProxyAddress | undefined
  readonly password: string
  /** Throws `fingerprint-changed` when the relay must not be talked to. Called before anything is sent to it. */
  readonly checkFingerprint: (fingerprint: string) => void
  /** Kept from one visit to the next. */
  readonly tickets: VisitTickets
  readonly signal: AbortSignal
}

/**
 * Visits a private tunnel: fulfils with a stream to the agent, which has reached the target and expects a private
 * link. `fingerprint` is the relay's. Rejects with
 * `relay-unreachable`, `wrong-password`, whatever the relay has to say, or the signal's reason.
 */
export async function openVisit({
  host,
  port,
  proxy,
  password,
  checkFingerprint,
  tickets,
  signal,
}: OpenVisitOptions): Promise<{ stream: Duplex; fingerprint: string }> {
  const before = { ...tickets }
  const own: TlsTickets = { ...tickets }
  const socket = await connectBridge({ host, port, proxy, signal, tickets: own })
  try {
    // A resumed session proves the key by knowing the secret of the previous one.
    const fingerprint = peerFingerprint(socket) ?? before.fingerprint
    if (fingerprint === undefined) throw new Error('the relay proved no key')
    checkFingerprint(fingerprint)
    const proof = makeProof(password, 'nps-desktop visitor 1', channelBinding(socket))
    const framed = new FramedSocket(socket)
    const answered = answer(framed, signal)
    framed.send(encodeHello({ role: 'visitor', version: wireVersion, visitId: visitId(password), proof }))
    framed.start()
    const stream = await answered
    if (own.latest) Object.assign(tickets, { latest: own.latest, fingerprint })
    return { stream, fingerprint }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** The relay's answer: the stream, or why there is none. */
function answer(framed: FramedSocket, signal: AbortSignal): Promise<Duplex> {
  const answered = Promise.withResolvers<Duplex>()
  const carrier: Carrier = new Carrier(framed, {
    onMessage: (type, body) => {
      if (type === frameType.opened && decodeNumber(body) === onlyStream) {
        answered.resolve(carrier.startStream(onlyStream))
      } else if (type === frameType.failed || type === frameType.refused) {
        const { code, message } = type === frameType.failed ? decodeFailed(body) : decodeRefused(body)
        answered.reject(new RelayError(knownErrorCode(code) ?? 'version-unsupported', message))
      } else {
        throw new WireError(`frame of type ${type} in answer to a visit`)
      }
    },
    onIdle: () => framed.finish(),
  })
  void framed.closed.then((error) =>
    answered.reject(
      new RelayError(
        'relay-unreachable',
        `The relay ended the connection without an answer (${error?.message ?? 'closed'}). Is it one of this version?`,
      ),
    ),
  )
  return until(answered.promise, {
    signal,
    timeoutMs: answerTimeoutMs,
    onTimeout: () =>
      new RelayError('agent-silent', `The relay did not answer within ${answerTimeoutMs / 1000} s.`),
  })
}
