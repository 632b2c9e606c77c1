import type { Duplex } from 'node:stream'
import { knownErrorCode, RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import type { SeenFrom } from '../wire/direct-messages.ts'
import {
  decodeFailed,
  decodeNumber,
  decodeOpenedDirect,
  decodeRefused,
  encodeHello,
  wireVersion,
} from '../wire/messages.ts'
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
export async function openVisit(
  options: OpenVisitOptions,
): Promise<{ stream: Duplex; fingerprint: string; relayAddress: string }> {
  const { answer, fingerprint, relayAddress } = await visit(options, {
    isDirect: false,
    onOpened: (carrier, body) =>
      decodeNumber(body) === onlyStream ? carrier.startStream(onlyStream) : undefined,
  })
  return { stream: answer, fingerprint, relayAddress }
}

/** A stream to the agent that expects a direct link. */
export interface DirectVisit {
  readonly stream: Duplex
  readonly seenFrom: SeenFrom
  /** The relay's, as this machine's connection to it has it. */
  readonly relayAddress: string
}

/**
 * The same for a direct link, which reaches no target. Rejects in addition with `direct-off` or `direct-limited` where the relay
 * wants none, `direct-declined` where the agent does, `mode-unsupported` where that knows of none, `limit-reached` or `target-denied` where
 * there are too many, or with `relay-unreachable` when the relay is of a version that knows of none.
 */
export async function openDirectVisit(options: OpenVisitOptions): Promise<DirectVisit> {
  const { answer, relayAddress } = await visit(options, {
    isDirect: true,
    onOpened: (carrier, body) => {
      const { number, seenFrom } = decodeOpenedDirect(body)
      return number === onlyStream ? { stream: carrier.startStream(onlyStream), seenFrom } : undefined
    },
  })
  return { ...answer, relayAddress }
}

/** What a visitor asks for, and what it makes of OPENED; undefined: that is not its answer. */
interface Visit<Answer> {
  readonly isDirect: boolean
  readonly onOpened: (carrier: Carrier, body: Uint8Array) => Answer | undefined
}

async function visit<Answer>(
  { host, port, proxy, password, checkFingerprint, tickets, signal }: OpenVisitOptions,
  { isDirect, onOpened }: Visit<Answer>,
): Promise<{ answer: Answer; fingerprint: string; relayAddress: string }> {
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
    const relayAddress = socket.remoteAddress ?? ''
    const answered = waitForAnswer(framed, { onOpened, signal })
    framed.send(
      encodeHello({ role: 'visitor', version: wireVersion, visitId: visitId(password), proof, isDirect }),
    )
    framed.start()
    const answer = await answered
    if (own.latest) Object.assign(tickets, { latest: own.latest, fingerprint })
    return { answer, fingerprint, relayAddress }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** The relay's answer: the stream, or why there is none. */
function waitForAnswer<Answer>(
  framed: FramedSocket,
  { onOpened, signal }: { onOpened: Visit<Answer>['onOpened']; signal: AbortSignal },
): Promise<Answer> {
  const answered = Promise.withResolvers<Answer>()
  const carrier: Carrier = new Carrier(framed, {
    onMessage: (type, body) => {
      const opened = type === frameType.opened ? onOpened(carrier, body) : undefined
      if (opened) {
        answered.resolve(opened)
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
