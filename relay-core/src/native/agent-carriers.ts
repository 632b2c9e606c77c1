import type { TLSSocket } from 'node:tls'
import type { Log } from '../log/log.ts'
import type { TlsTickets } from '../net/dial/connect.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'
import { encodeHello, wireVersion, type CarrierPlace, type Welcome } from '../wire/hello-messages.ts'
import type { AgentInstance } from './agent-instance.ts'
import { CarrierDialler } from './carriers/carrier-dialler.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { serveCarrier, type KindServers, type ServedCarrier } from './carriers/serve-carrier.ts'
import { connectBridge } from './connect-bridge.ts'
import { newPackingLine, type PackingLine } from './packing/stream-packer.ts'
import { channelBinding, makeProof } from './proofs.ts'
import { answerToResume } from './survival/answer-to-resume.ts'
import { Resumer } from './survival/resumer.ts'
import { SurvivingLink } from './survival/surviving-link.ts'

/** The most a relay asks for (spec/wire.md §6); one that asks for more is broken. */
const maxCarriers = 4096

export interface AgentCarriersOptions {
  readonly host: string
  readonly port: number
  /** Used for every connection; without it they are direct. */
  readonly proxy?: ProxyAddress | undefined
  /** Of this program. */
  readonly instance: AgentInstance
  /** What to do for the streams that the relay opens. */
  readonly serve: KindServers
  /** Another connection to the relay than the first has this address at its other end. */
  readonly onReached?: ((address: string) => void) | undefined
  /** Whether what a slow line carries is packed, where the relay takes it. */
  readonly packs: boolean
  readonly log: Log
}

/** The carriers of one session, as the agent dials and serves them. */
export class AgentCarriers {
  /** Fulfils when the session has ended and the last of its carriers too. */
  readonly ended: Promise<void>
  readonly #options: AgentCarriersOptions
  readonly #welcome: Welcome
  readonly #fingerprint: string
  readonly #tickets: TlsTickets
  readonly #line: PackingLine | undefined
  readonly #dialler: CarrierDialler
  readonly #resumer: Resumer
  readonly #abort = new AbortController()
  readonly #all = new Set<ServedCarrier>()
  #hasLinkEnded = false
  #settleEnded: () => void = () => undefined

  /** `fingerprint`: the key that the relay has proved; `tickets`: those of the control connection. */
  constructor(
    options: AgentCarriersOptions,
    { welcome, fingerprint, tickets }: { welcome: Welcome; fingerprint: string; tickets: TlsTickets },
  ) {
    this.#options = options
    this.#welcome = welcome
    this.#fingerprint = fingerprint
    this.#tickets = tickets
    this.#line = options.packs && welcome.takesPacked ? newPackingLine() : undefined
    this.#dialler = new CarrierDialler(
      () => this.#dialCarrier(),
      (error) => options.log.debug('carrier not opened', { reason: error }),
    )
    this.#resumer = new Resumer((link) => this.#reconnect(link), this.#abort)
    this.ended = new Promise((resolve) => (this.#settleEnded = resolve))
  }

  /** The relay wants this many more. */
  want(count: number): void {
    this.#dialler.want(count)
  }

  /** Gives a carrier that was cut another connection, as long as the session lasts. */
  resume(link: SurvivingLink): void {
    this.#resumer.add(link)
  }

  dialNoMore(): void {
    this.#dialler.close()
  }

  /** The control connection has ended. `isLost`: without a farewell, so that the streams go on to their end. */
  onLinkEnd({ isLost }: { isLost: boolean }): void {
    this.#dialler.close()
    this.#abort.abort(new Error('the link has ended'))
    for (const carrier of this.#all) {
      if (isLost) carrier.retire()
      else carrier.destroy()
    }
    this.#hasLinkEnded = true
    this.#settleIfEnded()
  }

  /** Ends what is left of the streams. Idempotent. */
  destroy(): void {
    for (const carrier of this.#all) carrier.destroy()
  }

  #settleIfEnded(): void {
    if (this.#hasLinkEnded && this.#all.size === 0) this.#settleEnded()
  }

  async #dialCarrier(): Promise<void> {
    if (this.#all.size >= maxCarriers) throw new Error(`the relay wants more than ${maxCarriers} carriers`)
    const socket = await this.#connect()
    const framed = new FramedSocket(socket)
    const carrier = this.#welcome.survives
      ? this.#serveSurviving(framed)
      : { served: serveCarrier(framed, this.#options.serve, this.#line), place: undefined }
    this.#all.add(carrier.served)
    void carrier.served.closed.then(() => {
      this.#all.delete(carrier.served)
      this.#settleIfEnded()
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
  async #reconnect(link: SurvivingLink): Promise<void> {
    const socket = await this.#connect()
    const framed = new FramedSocket(socket)
    // Before the relay is told how far this end is, nothing more may arrive by the old way.
    link.interrupt()
    this.#sayHello(framed, socket, { number: link.number, resumes: true, position: link.received.position })
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
    if (fingerprint !== undefined && fingerprint !== this.#fingerprint) {
      socket.destroy()
      throw new Error(`${host}:${port} proved the key ${fingerprint} and a moment ago ${this.#fingerprint}`)
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
