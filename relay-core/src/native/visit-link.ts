import type { TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import { knownErrorCode, RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import type { SeenFrom } from '../wire/direct-messages.ts'
import { decodeRefused, encodeHello, wireVersion } from '../wire/hello-messages.ts'
import { decodeFailed, decodeNumber, decodeOpenedDirect } from '../wire/stream-messages.ts'
import { decodeToken, type VisitSurvival } from '../wire/survival-messages.ts'
import { connectBridge } from './connect-bridge.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { channelBinding, makeProof, visitId } from './proofs.ts'
import { onlyStream, startVisit, type VisitLink } from './survival/visit-stream.ts'

/** The relay allows the agent 12 s to reach the target. */
const answerTimeoutMs = 15_000

/** Lets the next visit skip the costly part of the handshake, with the relay that has proved this key and no other. */
export interface VisitTickets extends TlsTickets {
  fingerprint?: string
}

/** The way to the relay, and what a visitor proves there. */
export interface VisitPlace {
  readonly host: string
  readonly port: number
  readonly proxy?: ProxyAddress | undefined
  readonly password: string
  /** Throws `fingerprint-changed` when the relay must not be talked to. Called before anything is sent to it. */
  readonly checkFingerprint: (fingerprint: string) => void
  /** Kept from one visit to the next. */
  readonly tickets: VisitTickets
}

export interface OpenVisitOptions extends VisitPlace {
  /** Takes over a visit that its relay lets survive; without it visits end with their connections. */
  readonly survive?: ((framed: FramedSocket, token: Uint8Array) => VisitLink) | undefined
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
    onOpened: (start, body) => (decodeNumber(body) === onlyStream ? start() : undefined),
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
    onOpened: (start, body) => {
      const { number, seenFrom } = decodeOpenedDirect(body)
      return number === onlyStream ? { stream: start(), seenFrom } : undefined
    },
  })
  return { ...answer, relayAddress }
}

/** A connection to the relay on which a visitor has said who it is; nothing has been read from it. */
export interface GreetedRelay {
  readonly framed: FramedSocket
  readonly socket: TLSSocket
  readonly fingerprint: string
  /** It has answered as a relay does: the next connection may be quicker. */
  remember(): void
}

/** `survival` is asked for when the connection is there. Rejects with `relay-unreachable`, as `checkFingerprint` throws, or with the signal's reason. */
export async function greetRelay(
  { host, port, proxy, password, checkFingerprint, tickets }: VisitPlace,
  {
    isDirect = false,
    survival,
    signal,
  }: { isDirect?: boolean; survival?: (() => VisitSurvival) | undefined; signal: AbortSignal },
): Promise<GreetedRelay> {
  const before = { ...tickets }
  const own: TlsTickets = { ...tickets }
  const socket = await connectBridge({ host, port, proxy, signal, tickets: own })
  try {
    // A resumed session proves the key by knowing the secret of the previous one.
    const fingerprint = peerFingerprint(socket) ?? before.fingerprint
    if (fingerprint === undefined) throw new Error('the relay proved no key')
    checkFingerprint(fingerprint)
    const framed = new FramedSocket(socket)
    const proof = makeProof(password, 'nps-desktop visitor 1', channelBinding(socket))
    const who = {
      role: 'visitor',
      version: wireVersion,
      visitId: visitId(password),
      proof,
      isDirect,
    } as const
    framed.send(encodeHello(survival ? { ...who, survival: survival() } : who))
    const remember = () => {
      if (own.latest) Object.assign(tickets, { latest: own.latest, fingerprint })
    }
    return { framed, socket, fingerprint, remember }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** What a visitor asks for, and what it makes of OPENED; undefined: that is not its answer. */
interface Visit<Answer> {
  readonly isDirect: boolean
  readonly onOpened: (start: () => Duplex, body: Uint8Array) => Answer | undefined
}

async function visit<Answer>(
  options: OpenVisitOptions,
  { isDirect, onOpened }: Visit<Answer>,
): Promise<{ answer: Answer; fingerprint: string; relayAddress: string }> {
  const { survive, signal } = options
  const survival = survive && ((): VisitSurvival => ({ asks: 'survive' }))
  const relay = await greetRelay(options, { isDirect, survival, signal })
  const { framed, socket, fingerprint } = relay
  const relayAddress = socket.remoteAddress ?? ''
  try {
    const answer = await waitForAnswer(framed, { onOpened, survive, signal })
    relay.remember()
    return { answer, fingerprint, relayAddress }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** The relay's answer: the stream, or why there is none. */
function waitForAnswer<Answer>(
  framed: FramedSocket,
  {
    onOpened,
    survive,
    signal,
  }: { onOpened: Visit<Answer>['onOpened'] } & Pick<OpenVisitOptions, 'survive' | 'signal'>,
): Promise<Answer> {
  const answered = Promise.withResolvers<Answer>()
  let token: Uint8Array | undefined
  const start = () => startVisit(framed, token && survive?.(framed, token)).stream
  framed.receiver = {
    onMessage: (type, body) => {
      const opened = type === frameType.opened ? onOpened(start, body) : undefined
      if (opened) {
        answered.resolve(opened)
      } else if (type === frameType.failed || type === frameType.refused) {
        const { code, message } = type === frameType.failed ? decodeFailed(body) : decodeRefused(body)
        answered.reject(new RelayError(knownErrorCode(code) ?? 'version-unsupported', message))
      } else if (type === frameType.token && survive) {
        token = decodeToken(body)
      } else {
        throw new WireError(`frame of type ${type} in answer to a visit`)
      }
    },
    onData: () => {
      throw new WireError('DATA in answer to a visit')
    },
  }
  void framed.closed.then((error) =>
    answered.reject(
      new RelayError(
        'relay-unreachable',
        `The relay ended the connection without an answer (${error?.message ?? 'closed'}). Is it one of this version?`,
      ),
    ),
  )
  framed.start()
  return until(answered.promise, {
    signal,
    timeoutMs: answerTimeoutMs,
    onTimeout: () =>
      new RelayError('agent-silent', `The relay did not answer within ${answerTimeoutMs / 1000} s.`),
  })
}
