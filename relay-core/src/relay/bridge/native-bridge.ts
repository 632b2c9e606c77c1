import { totalmem } from 'node:os'
import type { TLSSocket } from 'node:tls'
import { pause } from '../../async/wait/pause.ts'
import { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log/log.ts'
import { FramedSocket } from '../../native/carriers/framed-socket.ts'
import type { AgentWishes } from '../../native/agent-description.ts'
import { NativeSession } from '../../native/native-session.ts'
import { channelBinding, isProof, makeProof } from '../../native/proofs.ts'
import { KeepingBudget } from '../../native/survival/keeping-budget.ts'
import { SurvivingLinks } from '../../native/survival/surviving-links.ts'
import { SurvivingVisits, type Move } from '../../native/survival/surviving-visits.ts'
import { RecentAddresses } from '../../log/recent-addresses.ts'
import { relayVersion } from '../../version.ts'
import type { DirectUse } from '../../wire/direct-messages.ts'
import { WireError } from '../../wire/bytes.ts'
import { frameType } from '../../wire/frame.ts'
import {
  decodeHello,
  encodeRefused,
  encodeWelcome,
  wireVersion,
  type Hello,
} from '../../wire/hello-messages.ts'
import { hostOf } from '../../net/address/plain-address.ts'
import type { Agents } from '../clients/agents.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import type { DirectLinks, DirectRequest } from '../rendezvous/direct-links.ts'
import type { VisitorEntrance } from '../tunnels/private/private-tunnels.ts'
import { serveNativeVisitor } from './serve-native-visitor.ts'

/** A client as the handshake needs it. */
export interface KnownClient {
  readonly id: number
  readonly vkey: string
  readonly enabled: boolean
}

export interface NativeBridgeOptions {
  /** `keyId`: the 16 bytes of `keyId(vkey)` as hex. */
  readonly clients: { find(keyId: string): KnownClient | undefined }
  readonly agents: Agents
  /** Where visitors go, by the 16 bytes of `visitId(password)`; without it none are let in. */
  readonly entrances?: { find(visitId: Uint8Array): VisitorEntrance | undefined }
  /** What agents bring along in configuration mode; without it they bring nothing. */
  readonly wishes?: (session: { clientId: number; address: string; onlineSinceMs: number }) => AgentWishes
  /** Without it there are no direct links. */
  readonly directLinks?: Pick<DirectLinks, 'request' | 'onUse'> | undefined
  /** Without it descriptors are not watched. */
  readonly descriptors?: Descriptors
  /** Whether streams of agents that can do it survive the cut of a connection; by default they do not. */
  readonly survival?: () => boolean
  /** Whether agents may pack what they send; by default they may not. */
  readonly compression?: () => boolean
  readonly log: Log
  readonly wrongKeyDelayMs: number
}

/** How long the refusal of an agent that has proved its key is remembered. */
const refusalNewsMs = 10 * 60_000

/** What the relay keeps of the streams of all agents and visitors together; on a small machine an eighth of its memory. */
const maxKept = Math.min(256 * 1024 * 1024, totalmem() / 8)

/** Where native connections prove themselves: a control connection becomes a session, a carrier joins its session. */
export class NativeBridge {
  readonly #options: NativeBridgeOptions
  readonly #sessions = new Map<string, NativeSession>()
  /** Of the programs that have a session or streams left of one, by client and instance. */
  readonly #survivors = new Map<string, SurvivingLinks>()
  readonly #keeping = new KeepingBudget(maxKept)
  readonly #visits = new SurvivingVisits(this.#keeping)
  readonly #refusals = new RecentAddresses(refusalNewsMs)
  #endingVisits: Promise<void> | undefined

  constructor(options: NativeBridgeOptions) {
    this.#options = options
  }

  /** `first` begins with a HELLO frame's type. Calls `proved` once the connection has proved itself. */
  async enter(socket: TLSSocket, first: Uint8Array, address: string, proved: () => void): Promise<void> {
    const framed = new FramedSocket(socket)
    try {
      const hello = await readHello(framed, first)
      if (socket.getProtocol() !== 'TLSv1.3') {
        throw new RelayError(
          'version-unsupported',
          'The relay speaks to agents over TLS 1.3 only. Update npc.',
        )
      }
      if (hello.version !== wireVersion) {
        throw new RelayError(
          'version-unsupported',
          `The agent speaks version ${hello.version} of the protocol, the relay version ${wireVersion}. Update the older one.`,
          { agent: hello.version, relay: wireVersion },
        )
      }
      const binding = channelBinding(socket)
      if (hello.role === 'carrier') this.#enterCarrier(framed, hello, binding)
      else if (hello.role === 'visitor') this.#enterVisitor(framed, hello, { binding, address })
      else this.#enterControl(framed, hello, { binding, address })
      proved()
    } catch (error) {
      await this.#refuse(framed, error, address)
    }
  }

  /** Visits that survive their connections end, and their visitors are told. Fulfils when they have heard it, or after two seconds. Idempotent. */
  endVisits(): Promise<void> {
    this.#endingVisits ??= this.#visits.close()
    return this.#endingVisits
  }

  #enterControl(
    framed: FramedSocket,
    hello: Hello & { role: 'control' },
    { binding, address }: { binding: Uint8Array; address: string },
  ): void {
    const client = this.#options.clients.find(Buffer.from(hello.keyId).toString('hex'))
    if (!client || !isProof(hello.proof, client.vkey, 'nps-desktop agent 1', binding)) {
      throw new RelayError(
        'wrong-key',
        'The relay knows no client with this vkey. Copy the command of the client again.',
      )
    }
    if (!client.enabled) {
      throw new RelayError(
        'client-disabled',
        'This client is switched off on the relay. Switch it on there.',
        {
          client: client.id,
        },
      )
    }
    const { agentVersion: version, hostname, fingerprint, origin, takesEarlyData = false } = hello
    const { agents } = this.#options
    const instance = Buffer.from(hello.instance ?? []).toString('hex')
    if (hello.isDisplaced) {
      const holder = agents.occupiedBy(client.id, { address, hostname, instance })
      if (holder !== undefined) {
        throw new RelayError(
          'client-in-use',
          `Another npc is online with the same vkey, from ${holder}. Stop one of the two, or give each its own client.`,
          { by: holder },
        )
      }
    }
    const canSurvive = hello.survives === true && takesEarlyData && instance !== ''
    const survivors =
      canSurvive && this.#options.survival?.() ? this.#survivorsOf(`${client.id} ${instance}`) : undefined
    const mayPack = this.#options.compression?.() === true
    const session = new NativeSession(framed, {
      clientId: client.id,
      address,
      version,
      hostname,
      fingerprint,
      instance,
      origin,
      takesEarlyData,
      holdsLinks: hello.holdsLinks ?? false,
      wasBehindPortal: hello.wasBehindPortal ?? false,
      mayPack,
      ...(survivors && { survivors }),
      carriersElsewhere: () => agents.leftCarriers(client.id),
    })
    const sessionKey = session.sessionId.toString('hex')
    this.#sessions.set(sessionKey, session)
    void session.closed.then(({ reason }) => {
      this.#sessions.delete(sessionKey)
      this.#options.log.info('agent offline', { client: client.id, address, reason })
    })
    framed.send(
      encodeWelcome({
        version: wireVersion,
        sessionId: session.sessionId,
        carrierKey: session.carrierKey,
        proof: makeProof(client.vkey, 'nps-desktop relay 1', binding),
        relayVersion,
        survives: survivors !== undefined,
        holdsLinks: true,
        takesPacked: mayPack,
      }),
    )
    if (survivors) void session.streamsEnded.then(() => this.#forget(`${client.id} ${instance}`))
    session.start({
      ...this.#options.wishes?.(session),
      onUse: (use) => this.#onUse(session, use),
    })
    this.#options.log.info('agent online', { client: client.id, address, version, host: hostname })
    agents.add(session)
  }

  #enterCarrier(framed: FramedSocket, hello: Hello & { role: 'carrier' }, binding: Uint8Array): void {
    const session = this.#sessions.get(Buffer.from(hello.sessionId).toString('hex'))
    if (!session || !isProof(hello.proof, session.carrierKey, 'nps-desktop carrier 1', binding)) {
      throw new RelayError('wrong-key', 'The relay knows no session that this connection belongs to.')
    }
    const place = hello.carrier
    if (place?.resumes) {
      if (session.resumeCarrier(framed, place)) return
      throw new RelayError('not-found', 'The relay does not have the stream any more.')
    }
    const hasRoom = this.#options.descriptors?.hasRoom('carrier') ?? true
    if (!hasRoom || !session.addCarrier(framed, place?.number)) {
      throw new RelayError('too-many-connections', 'The session has all the connections it may have.')
    }
    void framed.closed.then((error) => this.#onCarrierEnd(session.clientId, error))
  }

  /** How a carrier is lost is not news, but that its agent breaks the rules is. */
  #onCarrierEnd(client: number, error: Error | undefined): void {
    if (!(error instanceof WireError) || !this.#refusals.isNews(`${client} wire`)) return
    this.#options.log.warn('a stream was ended: what the agent sent cannot be read', {
      client,
      reason: error,
    })
  }

  #survivorsOf(program: string): SurvivingLinks {
    const known = this.#survivors.get(program)
    if (known) return known
    const survivors = new SurvivingLinks(this.#keeping)
    this.#survivors.set(program, survivors)
    return survivors
  }

  #forget(program: string): void {
    if (this.#survivors.get(program)?.isUnused) this.#survivors.delete(program)
  }

  #enterVisitor(
    framed: FramedSocket,
    hello: Hello & { role: 'visitor' },
    { binding, address }: { binding: Uint8Array; address: string },
  ): void {
    const entrance = this.#options.entrances?.find(hello.visitId)
    if (!entrance || !isProof(hello.proof, entrance.password, 'nps-desktop visitor 1', binding)) {
      throw new RelayError(
        'wrong-password',
        'The relay has no private tunnel with this password, or it is stopped, and no such guest pass, or it has ended. Ask for a new command.',
      )
    }
    const from = { address: hostOf(address), port: Number(address.slice(address.lastIndexOf(':') + 1)) }
    const { visitId, survival } = hello
    if (survival?.asks === 'drop') {
      this.#visits.drop({ visitId, token: survival.token })
      framed.end()
      return
    }
    if (survival?.asks === 'resume') {
      if (this.#visits.resume(framed, { visitId, ...survival, from })) return
      throw new RelayError('not-found', 'The relay does not have the visit any more.')
    }
    const direct = hello.isDirect ? this.#requestDirect(visitId) : undefined
    const survive =
      survival && this.#options.survival?.()
        ? (move: Move) => this.#visits.begin(framed, { visitId, move })
        : undefined
    void serveNativeVisitor(entrance, { framed, from, direct, survive })
  }

  #onUse(session: NativeSession, use: DirectUse): void {
    const { directLinks, entrances } = this.#options
    const { link } = use
    if (directLinks) directLinks.onUse(session, use, () => link && entrances?.find(link.entrance)?.links)
    // They have been switched off meanwhile.
    else if (link?.hasEnded === false) session.unlink(use.id)
  }

  #requestDirect(visitId: Uint8Array): DirectRequest {
    const { directLinks } = this.#options
    if (directLinks) return directLinks.request(visitId)
    throw new RelayError('direct-off', 'Direct links are switched off on the server.')
  }

  /** A wrong key is answered after a delay, and each connection allows one guess. Anything that is not a hello gets no answer. */
  async #refuse(framed: FramedSocket, error: unknown, address: string): Promise<void> {
    if (!(error instanceof RelayError)) {
      framed.destroy()
      return
    }
    const who = error.code === 'wrong-password' ? 'visitor' : 'agent'
    // An agent that has proved its key and returns every few seconds is not news; a guess is, each time.
    const proved: readonly string[] = [
      'address-denied',
      'client-disabled',
      'client-in-use',
      'mode-unsupported',
      'direct-off',
      'limit-reached',
      'not-found',
    ]
    const hasProved = proved.includes(error.code)
    const isNews = !hasProved || this.#refusals.isNews(`${hostOf(address)} ${error.code}`)
    this.#options.log[isNews ? 'warn' : 'debug'](`${who} refused`, { address, code: error.code })
    if (error.code === 'wrong-key' || error.code === 'wrong-password')
      await pause(this.#options.wrongKeyDelayMs, { ref: false })
    framed.send(encodeRefused(error))
    framed.end()
  }
}

/** The bridge's deadline ends the connection, which settles this. */
function readHello(framed: FramedSocket, first: Uint8Array): Promise<Hello> {
  return new Promise((resolve, reject) => {
    framed.receiver = {
      onMessage: (type, body) => {
        if (type !== frameType.hello) throw new Error('not a hello')
        resolve(decodeHello(body))
      },
      onData: () => {
        throw new Error('not a hello')
      },
    }
    void framed.closed.then((error) => reject(error ?? new Error('closed before its hello')))
    framed.start(first)
  })
}
