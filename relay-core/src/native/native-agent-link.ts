import type { TLSSocket } from 'node:tls'
import { RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import type { Log } from '../log/log.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { relayVersion } from '../version.ts'
import type { DirectUse } from '../wire/direct-messages.ts'
import type { Health } from '../wire/agent-messages.ts'
import {
  encodeHello,
  wireVersion,
  type AgentOrigin,
  type CarrierPlace,
  type Welcome,
} from '../wire/hello-messages.ts'
import { answerToHello } from './answer-to-hello.ts'
import { CarrierDialler } from './carriers/carrier-dialler.ts'
import { isOwnAddress } from '../net/dial/network-watch.ts'
import { connectBridge } from './connect-bridge.ts'
import { ControlLink } from './control-link.ts'
import { explainEnd } from './explain-end.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { newPackingLine, type PackingLine } from './packing/stream-packer.ts'
import { channelBinding, isProof, keyId, makeProof } from './proofs.ts'
import { answerToResume } from './survival/answer-to-resume.ts'
import { Resumer } from './survival/resumer.ts'
import { SurvivingLink } from './survival/surviving-link.ts'
import { SurvivingLinks, type SurvivalSession } from './survival/surviving-links.ts'
import { serveCarrier, type KindServers, type ServedCarrier } from './carriers/serve-carrier.ts'

/** The relay opens every tunnel before it answers. */
const configureTimeoutMs = 20_000

/** The most a relay asks for (spec/wire.md §6); one that asks for more is broken. */
const maxCarriers = 4096

export interface NativeAgentLinkOptions {
  readonly host: string
  readonly port: number
  /** Used for carriers too; without it the connection is direct. */
  readonly proxy?: ProxyAddress | undefined
  readonly vkey: string
  readonly hostname: string
  /** Of the agent's own key. */
  readonly ownFingerprint: string
  /** Of this program. */
  readonly instance: AgentInstance
  /** How this program was started; without it the relay is not told. */
  readonly origin?: AgentOrigin | undefined
  /** Throws `fingerprint-changed` when the relay must not be talked to. Called before anything is sent to it. */
  readonly checkFingerprint: (fingerprint: string) => void
  /** What to do for the streams that the relay opens. */
  readonly serve: KindServers
  /** The relay ends a direct link. */
  readonly onUnlink?: ((id: Uint8Array) => void) | undefined
  /** Another connection to the relay than the first has this address at its other end. */
  readonly onReached?: ((address: string) => void) | undefined
  /** Whether what a slow line carries is packed, where the relay takes it. */
  readonly packs: boolean
  readonly log: Log
}

/** Lets the relay tell a program that has lost its link from another one with the same key. */
export interface AgentInstance {
  /** 16 random bytes. */
  readonly id: Uint8Array
  /** Another program has replaced this one, which does not want to fight for its place. */
  isDisplaced: boolean
  /** Its carriers, over all its sessions. */
  readonly survivors: SurvivingLinks
  /** The number of its last carrier. */
  carriers: number
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
  readonly #options: NativeAgentLinkOptions
  readonly #welcome: Welcome
  readonly #line: PackingLine | undefined
  readonly #control: ControlLink
  readonly #dialler: CarrierDialler
  readonly #abort = new AbortController()
  readonly #carriers = new Set<ServedCarrier>()
  readonly #localAddress: string | undefined
  readonly #remoteAddress: string
  readonly #framed: FramedSocket
  #isClosing = false
  #settleStreamsEnded: () => void = () => undefined
  /** Fulfils when the link has ended and the last of its streams too. */
  readonly streamsEnded: Promise<void>
  readonly #tickets: TlsTickets
  #hasEnded = false
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
    this.#options = options
    this.#framed = framed
    this.#localAddress = localAddress
    this.#remoteAddress = remoteAddress
    this.streamsEnded = new Promise((resolve) => (this.#settleStreamsEnded = resolve))
    this.#welcome = welcome
    this.#line = options.packs && welcome.takesPacked ? newPackingLine() : undefined
    this.#tickets = tickets
    this.fingerprint = fingerprint
    this.relayVersion = welcome.relayVersion
    this.#dialler = new CarrierDialler(
      () => this.#dialCarrier(),
      (error) => options.log.debug('carrier not opened', { reason: error }),
    )
    const { survivors } = options.instance
    this.#control = new ControlLink(framed, {
      onWant: (count) => this.#dialler.want(count),
      onConfigured: (document) => this.#answered?.(document),
      onUnlink: (id) => options.onUnlink?.(id),
      ...(welcome.survives && {
        onAck: (entries) => survivors.onAck(entries),
        onDrop: (carrier) => survivors.onDrop(carrier),
        onRoundTrip: (ms) => survivors.onRoundTrip(ms),
      }),
    })
    const resumer = new Resumer((link) => this.#resume(link), this.#abort)
    const survival: SurvivalSession = {
      acknowledge: (entries) => this.#control.acknowledge(entries),
      drop: (carrier) => this.#control.drop(carrier),
      onCut: (link) => resumer.add(link),
    }
    if (welcome.survives) {
      survivors.begin(survival)
      // A connection may be dead without a sign: after a cut TCP itself would find out up to a minute later.
      for (const link of survivors.all) resumer.add(link)
    }
    this.closed = this.#control.closed.then((end) => {
      survivors.over(survival)
      this.#dialler.close()
      this.#abort.abort(new Error('the link has ended'))
      // A lost link leaves its streams alone: TCP carries them over a cut. A farewell ends them.
      const isLost = !this.#isClosing && !end.said
      for (const carrier of this.#carriers) {
        if (isLost) carrier.retire()
        else carrier.destroy()
      }
      // Those of earlier sessions, too.
      if (!isLost) survivors.onFarewell()
      this.#hasEnded = true
      this.#settleIfStreamsEnded()
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
    this.#dialler.close()
    this.#control.bye({ reason: 'stopped' })
  }

  /** For a lost link: ends what is left of its streams. Idempotent. */
  endStreams(): void {
    for (const carrier of this.#carriers) carrier.destroy()
  }

  /** The network of this machine has changed: a link that no longer stands ends at once or soon. */
  onNetworkChange(): void {
    if (this.#localAddress !== undefined && !isOwnAddress(this.#localAddress)) this.#framed.destroy()
    else this.#control.prove(proofTimeoutMs)
  }

  #settleIfStreamsEnded(): void {
    if (this.#hasEnded && this.#carriers.size === 0) this.#settleStreamsEnded()
  }

  async #dialCarrier(): Promise<void> {
    if (this.#carriers.size >= maxCarriers)
      throw new Error(`the relay wants more than ${maxCarriers} carriers`)
    const socket = await this.#connect()
    const framed = new FramedSocket(socket)
    const carrier = this.#welcome.survives
      ? this.#serveSurviving(framed)
      : { served: serveCarrier(framed, this.#options.serve, this.#line), place: undefined }
    this.#carriers.add(carrier.served)
    void carrier.served.closed.then(() => {
      this.#carriers.delete(carrier.served)
      this.#settleIfStreamsEnded()
    })
    this.#sayHello(framed, socket, carrier.place)
    framed.start()
  }

  #serveSurviving(framed: FramedSocket): { served: ServedCarrier; place: CarrierPlace } {
    const { instance, serve } = this.#options
    instance.carriers += 1
    const number = instance.carriers
    const isNeeded = () => served.isNeeded
    const link = new SurvivingLink(framed, { number, place: instance.survivors, isNeeded })
    const served = serveCarrier(link, serve, this.#line)
    instance.survivors.add(link)
    return { served, place: { number, resumes: false, position: 0 } }
  }

  /** Gives a carrier a new connection; rejects when the relay cannot be reached. */
  async #resume(link: SurvivingLink): Promise<void> {
    const socket = await this.#connect()
    const framed = new FramedSocket(socket)
    // Before the relay is told how far this end is, nothing more may arrive by the old way.
    link.interrupt()
    this.#sayHello(framed, socket, { number: link.number, resumes: true, position: link.position })
    await answerToResume(link, framed, this.#abort)
  }

  /** One more connection to the same relay. */
  async #connect(): Promise<TLSSocket> {
    const { host, port, proxy } = this.#options
    const socket = await connectBridge({
      host,
      port,
      proxy,
      signal: this.#abort.signal,
      tickets: this.#tickets,
    })
    // A resumed session proves the key by knowing the secret of the previous one.
    const fingerprint = peerFingerprint(socket)
    if (fingerprint !== undefined && fingerprint !== this.fingerprint) {
      socket.destroy()
      throw new Error(`${host}:${port} proved the key ${fingerprint} and a moment ago ${this.fingerprint}`)
    }
    if (socket.remoteAddress !== undefined) this.#options.onReached?.(socket.remoteAddress)
    return socket
  }

  #sayHello(framed: FramedSocket, socket: TLSSocket, carrier: CarrierPlace | undefined): void {
    const { sessionId, carrierKey } = this.#welcome
    const proof = makeProof(carrierKey, 'nps-desktop carrier 1', channelBinding(socket))
    framed.send(
      encodeHello({
        role: 'carrier',
        version: wireVersion,
        sessionId,
        proof,
        ...(carrier && { carrier }),
      }),
    )
  }
}
