import { RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import { relayVersion } from '../version.ts'
import type { DirectUse } from '../wire/direct-messages.ts'
import type { Health } from '../wire/agent-messages.ts'
import { encodeHello, wireVersion, type AgentOrigin, type Welcome } from '../wire/hello-messages.ts'
import { AgentCarriers, type AgentCarriersOptions } from './agent-carriers.ts'
import { answerToHello } from './answer-to-hello.ts'
import { isOwnAddress } from '../net/dial/network-watch.ts'
import { connectBridge } from './connect-bridge.ts'
import { ControlLink } from './control/control-link.ts'
import { explainEnd } from './control/explain-end.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { channelBinding, isProof, keyId, makeProof } from './proofs.ts'
import type { SurvivalSession } from './survival/surviving-links.ts'

/** The relay opens every tunnel before it answers. */
const configureTimeoutMs = 20_000

export interface NativeAgentLinkOptions extends AgentCarriersOptions {
  readonly vkey: string
  readonly hostname: string
  /** Of the agent's own key. */
  readonly ownFingerprint: string
  /** How this program was started; without it the relay is not told. */
  readonly origin?: AgentOrigin | undefined
  /** Throws `fingerprint-changed` when the relay must not be talked to. Called before anything is sent to it. */
  readonly checkFingerprint: (fingerprint: string) => void
  /** The relay ends a direct link. */
  readonly onUnlink?: ((id: Uint8Array) => void) | undefined
}

/** How soon something must be heard on a link after this machine's network has changed. */
const proofTimeoutMs = 3_000

/** An agent's link to its relay: the control connection and the carriers of one session. */
export class NativeAgentLink {
  /** The relay's key, as it has just proved it. */
  readonly fingerprint: string
  readonly relayVersion: string
  /** Fulfils with why the link ended. */
  readonly closed: Promise<RelayError>
  readonly #welcome: Welcome
  readonly #control: ControlLink
  readonly #carriers: AgentCarriers
  readonly #localAddress: string | undefined
  readonly #remoteAddress: string
  readonly #framed: FramedSocket
  #isClosing = false
  /** Fulfils when the link has ended and the last of its streams too. */
  readonly streamsEnded: Promise<void>
  #answered: ((document: string) => void) | undefined

  private constructor(
    framed: FramedSocket,
    {
      welcome,
      fingerprint,
      tickets,
      localAddress,
      remoteAddress,
      options,
    }: {
      welcome: Welcome
      fingerprint: string
      tickets: TlsTickets
      localAddress: string | undefined
      remoteAddress: string
      options: NativeAgentLinkOptions
    },
  ) {
    this.#framed = framed
    this.#localAddress = localAddress
    this.#remoteAddress = remoteAddress
    this.#welcome = welcome
    this.fingerprint = fingerprint
    this.relayVersion = welcome.relayVersion
    const carriers = new AgentCarriers(options, { welcome, fingerprint, tickets })
    this.#carriers = carriers
    this.streamsEnded = carriers.ended
    const { survivors } = options.instance
    this.#control = new ControlLink(framed, {
      onWant: (count) => carriers.want(count),
      onConfigured: (document) => this.#answered?.(document),
      onUnlink: (id) => options.onUnlink?.(id),
      ...(welcome.survives && {
        onAck: (entries) => survivors.onAck(entries),
        onDrop: (carrier) => survivors.onDrop(carrier),
        onRoundTrip: (ms) => survivors.onRoundTrip(ms),
      }),
    })
    const survival: SurvivalSession = {
      acknowledge: (entries) => this.#control.acknowledge(entries),
      drop: (carrier) => this.#control.drop(carrier),
      onCut: (link) => carriers.resume(link),
    }
    if (welcome.survives) {
      survivors.begin(survival)
      // A connection may be dead without a sign: after a cut TCP itself would find out up to a minute later.
      for (const link of survivors.all) carriers.resume(link)
    }
    this.closed = this.#control.closed.then((end) => {
      survivors.over(survival)
      // A lost link leaves its streams alone: TCP carries them over a cut. A farewell ends them.
      const isLost = !this.#isClosing && !end.said
      carriers.onLinkEnd({ isLost })
      // Those of earlier sessions, too.
      if (!isLost) survivors.onFarewell()
      return explainEnd(end)
    })
  }

  /**
   * Rejects with `relay-unreachable`, `handshake-timeout`, `fingerprint-changed`, a code with which the relay refused,
   * or the signal's reason.
   */
  static async open(options: NativeAgentLinkOptions & { signal: AbortSignal }): Promise<NativeAgentLink> {
    const { host, port, proxy, vkey, hostname, ownFingerprint, instance, origin, signal } = options
    const tickets: TlsTickets = {}
    const socket = await connectBridge({ host, port, proxy, signal, tickets })
    try {
      const fingerprint = peerFingerprint(socket)
      if (fingerprint === undefined) throw new Error('the relay proved no key')
      options.checkFingerprint(fingerprint)
      const binding = channelBinding(socket)
      const framed = new FramedSocket(socket)
      const proof = makeProof(vkey, 'nps-desktop agent 1', binding)
      const hello = encodeHello({
        role: 'control',
        version: wireVersion,
        keyId: keyId(vkey),
        proof,
        agentVersion: relayVersion,
        hostname,
        fingerprint: ownFingerprint,
        instance: instance.id,
        isDisplaced: instance.isDisplaced,
        origin,
        takesEarlyData: true,
        survives: true,
        holdsLinks: options.onUnlink !== undefined,
        wasBehindPortal: instance.wasBehindPortal,
      })
      return await answerToHello(framed, hello, signal, (welcome) => {
        if (!isProof(welcome.proof, vkey, 'nps-desktop relay 1', binding)) {
          throw new RelayError(
            'wrong-key',
            `${host}:${port} does not know the vkey of this agent, though it says so. It is not the relay it should be.`,
          )
        }
        const { localAddress, remoteAddress = '' } = socket
        const addresses = { localAddress, remoteAddress }
        return new NativeAgentLink(framed, { welcome, fingerprint, tickets, ...addresses, options })
      })
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  /**
   * Brings tunnels along and fulfils with the relay's answer, both JSON. Rejects with `config-invalid` when it is too large,
   * `handshake-timeout`, why the link ended, or the signal's reason.
   */
  async configure(document: string, { signal }: { signal: AbortSignal }): Promise<string> {
    const answer = Promise.withResolvers<string>()
    this.#answered = answer.resolve
    try {
      this.#control.configure(document)
      void this.closed.then(answer.reject)
      return await until(answer.promise, {
        signal,
        timeoutMs: configureTimeoutMs,
        onTimeout: () =>
          new RelayError(
            'handshake-timeout',
            `The relay did not answer within ${configureTimeoutMs / 1000} s to the tunnels of npc.conf.`,
          ),
      })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RelayError(
        'config-invalid',
        `The tunnels of npc.conf are too many for the relay: ${error.message}.`,
      )
    }
  }

  /** Tells the relay that a target is down, or back. */
  report(health: Health): void {
    this.#control.reportHealth(health)
  }

  /** Tells the relay what has gone past it. */
  reportUse(use: DirectUse): void {
    this.#control.reportUse(use)
  }

  /** The relay takes direct links up again that it does not know, or ends them. */
  get holdsLinks(): boolean {
    return this.#welcome.holdsLinks ?? false
  }

  /** The relay's, as this machine's connection to it has it. */
  get remoteAddress(): string {
    return this.#remoteAddress
  }

  /** Says farewell and ends; `closed` follows. Idempotent. */
  close(): void {
    this.#isClosing = true
    this.#carriers.dialNoMore()
    this.#control.bye({ reason: 'stopped' })
  }

  /** For a lost link: ends what is left of its streams. Idempotent. */
  endStreams(): void {
    this.#carriers.destroy()
  }

  /** The network of this machine has changed: a link that no longer stands ends at once or soon. */
  onNetworkChange(): void {
    if (this.#localAddress !== undefined && !isOwnAddress(this.#localAddress)) this.#framed.destroy()
    else this.#control.prove(proofTimeoutMs)
  }
}
