import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { RelayError } from '../api/errors.ts'
import { untilSettled } from '../async/wait/until-settled.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import type { Identity } from '../net/tls/identity.ts'
import { secureAsClient, secureAsServer } from '../net/tls/secure-stream.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import { decodeProof, encodeProof, type Proof } from '../wire/link-messages.ts'
import { Carrier, type CarrierEvents } from './carriers/carrier.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { directChannel, type DirectChannel } from './direct-channel.ts'
import { newPackingLine, type PackingAgreement, type PackingLine } from './packing/stream-packer.ts'
import { channelBinding, isProof, makeProof } from './proofs.ts'

/** How long both ends may take to prove themselves inside the stream. */
const handshakeTimeoutMs = 10_000

/** For all links: making one is slow. */
let clientContext: SecureContext | undefined

/**
 * The visitor's end of a private link: TLS 1.3 with the agent inside `stream`, which nobody in between can read.
 * `checkFingerprint` gets the agent's key before anything is sent to it, and throws if it is not the right one.
 * Fulfils, with the stream to the target and the agent's fingerprint, once the agent has shown that it knows the
 * verifier too. Takes `stream` over; rejects with `agent-unproved`, `agent-silent`, what `checkFingerprint` threw, or
 * the signal's reason.
 */
export async function visitPrivately(
  stream: Duplex,
  options: VisitOptions,
): Promise<{ inside: PrivateStream; fingerprint: string }> {
  const { inside, fingerprint, isProxy } = await visit(stream, options, onlyStream)
  return { inside: isProxy ? Object.assign(inside, { isProxy }) : inside, fingerprint }
}

/** A visitor's stream to where its tunnel ends. */
export type PrivateStream = Duplex & {
  /** That is a proxy of the agent's own, as the agent itself says: requests in it may name any host. */
  readonly isProxy?: boolean
}

/** The same for a direct link. */
export function visitDirectly(
  stream: Duplex,
  options: VisitOptions,
): Promise<{ inside: DirectChannel; fingerprint: string }> {
  return visit(stream, options, directChannel)
}

interface VisitOptions {
  readonly verifier: Uint8Array
  readonly checkFingerprint: (fingerprint: string) => void
  /** Whether the agent may pack what it sends; by default it may. */
  readonly takesPacked?: boolean | undefined
  readonly signal: AbortSignal
}

async function visit<Inside>(
  stream: Duplex,
  { verifier, checkFingerprint, takesPacked = true, signal }: VisitOptions,
  enter: Enter<Inside>,
): Promise<{ inside: Inside; fingerprint: string; isProxy: boolean }> {
  clientContext ??= createSecureContext({ minVersion: 'TLSv1.3' })
  const socket = secureAsClient(stream, { secureContext: clientContext, rejectUnauthorized: false })
  let fingerprint: string | undefined
  let isProxy = false
  const inside = await prove(stream, socket, {
    signal,
    enter,
    onProof: ({ proof, isProxy: saysSo = false }) => {
      if (
        fingerprint === undefined ||
        !isProof(proof, verifier, 'nps-desktop private agent 1', channelBinding(socket))
      ) {
        throw unproved('what answered does not know the password of the tunnel')
      }
      isProxy = saysSo
      return { takesPacked }
    },
    begin: (framed, fail) =>
      socket.once('secureConnect', () => {
        try {
          fingerprint = peerFingerprint(socket)
          if (fingerprint === undefined) throw unproved('it has shown no key')
          checkFingerprint(fingerprint)
          const proof = makeProof(verifier, 'nps-desktop private visitor 1', channelBinding(socket))
          framed.send(encodeProof({ proof, takesPacked }))
        } catch (error) {
          fail(error)
        }
      }),
  })
  return { inside, fingerprint: fingerprint ?? '', isProxy }
}

/** The agent's end of private links, by which it proves `identity`. */
export class PrivateAcceptor {
  readonly #secureContext: SecureContext
  /** To visitors, most often one laptop. */
  readonly #line: PackingLine | undefined

  /** `packs`: whether what a slow line carries is packed, where the visitor takes it. */
  constructor({ keyPem, certPem }: Pick<Identity, 'keyPem' | 'certPem'>, { packs = true } = {}) {
    this.#line = packs ? newPackingLine() : undefined
    this.#secureContext = createSecureContext({ key: keyPem, cert: certPem, minVersion: 'TLSv1.3' })
  }

  /**
   * Fulfils with the visitor's stream once it has shown that it knows the verifier. Takes `stream` over; rejects with
   * `wrong-password`, `agent-unproved` if the visitor leaves first, `agent-silent`, or the signal's reason.
   */
  accept(stream: Duplex, options: AcceptOptions): Promise<Duplex> {
    return this.#accept(stream, options, onlyStream)
  }

  /** The same for a direct link. */
  acceptDirectly(stream: Duplex, options: AcceptOptions): Promise<DirectChannel> {
    return this.#accept(stream, options, directChannel)
  }

  #accept<Inside>(
    stream: Duplex,
    { verifier, isProxy = false, signal }: AcceptOptions,
    enter: Enter<Inside>,
  ): Promise<Inside> {
    const socket = secureAsServer(stream, { secureContext: this.#secureContext })
    return prove(stream, socket, {
      signal,
      enter,
      onProof: ({ proof, takesPacked }, framed) => {
        const binding = channelBinding(socket)
        if (!isProof(proof, verifier, 'nps-desktop private visitor 1', binding)) {
          throw new RelayError(
            'wrong-password',
            'A visitor does not know the password of the private tunnel.',
          )
        }
        const own = makeProof(verifier, 'nps-desktop private agent 1', binding)
        framed.send(encodeProof({ proof: own, isProxy }))
        return takesPacked ? { line: this.#line } : {}
      },
    })
  }
}

interface AcceptOptions {
  readonly verifier: Uint8Array
  /** Whether the visitor is told that a proxy is behind it; by default not. */
  readonly isProxy?: boolean | undefined
  readonly signal: AbortSignal
}

/** What there is inside a link once both ends have proved themselves. Called before anything more is read. */
type Enter<Inside> = (framed: FramedSocket, socket: TLSSocket, packing: PackingAgreement) => Inside

interface Proving<Inside> {
  readonly signal: AbortSignal
  readonly enter: Enter<Inside>
  /** The peer's PROOF; throws if it is not one. */
  readonly onProof: (proof: Proof, framed: FramedSocket) => PackingAgreement
  readonly begin?: (framed: FramedSocket, fail: (error: unknown) => void) => void
}

/** From the first byte inside `stream` to the one stream that a private link carries. */
function prove<Inside>(
  stream: Duplex,
  socket: TLSSocket,
  { signal, enter, onProof, begin }: Proving<Inside>,
): Promise<Inside> {
  const framed = new FramedSocket(socket)
  const end = () => {
    framed.destroy()
    // TLS does not always pass it on.
    stream.destroy()
  }
  if (signal.aborted) end()
  return untilSettled<Inside>(
    (resolve, reject) => {
      /** At once, so that nothing after a wrong proof is read. */
      const fail = (error: unknown) => {
        end()
        reject(error)
      }
      framed.receiver = {
        onMessage: (type, body) => {
          try {
            if (type !== frameType.proof) throw new WireError(`frame of type ${type} instead of PROOF`)
            const packing = onProof(decodeProof(body), framed)
            resolve(enter(framed, socket, packing))
          } catch (error) {
            fail(error)
          }
        },
        onData: () => fail(new WireError('DATA before PROOF')),
      }
      void framed.closed.then((error) => fail(unproved(error?.message ?? 'closed')))
      // An error is always followed by `close`, which TLS does not always notice.
      stream.on('error', () => undefined)
      stream.once('close', () => framed.destroy(stream.errored ?? undefined))
      framed.start()
      begin?.(framed, fail)
      return (isGivenUp) => {
        if (isGivenUp) end()
      }
    },
    {
      signal,
      timeoutMs: handshakeTimeoutMs,
      onTimeout: () => new RelayError('agent-silent', `No proof came within ${handshakeTimeoutMs / 1000} s.`),
    },
  )
}

/** A private link ends with its stream; END and RESET are frames inside it, so that nobody in between can forge them. */
function onlyStream(framed: FramedSocket, _socket: TLSSocket, packing: PackingAgreement): Duplex {
  const events: CarrierEvents = {
    onMessage: (type) => {
      throw new WireError(`frame of type ${type} on a private link`)
    },
    onIdle: () => framed.finish(),
  }
  const carrier = new Carrier(framed, events, packing)
  return carrier.startStream(1)
}

function unproved(reason: string): RelayError {
  return new RelayError(
    'agent-unproved',
    `The other end of the private tunnel has not proved itself (${reason}). Someone may be in between.`,
    { reason },
  )
}
