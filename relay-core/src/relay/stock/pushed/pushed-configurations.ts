import { RelayError } from '../../../api/errors.ts'
import { cut } from '../../../api/words/cut.ts'
import type { Log } from '../../../log/log.ts'
import type { ConfigReceiver } from '../../../stock/configuration/config-conversation.ts'
import { md5Hex } from '../../../stock/messages/handshake.ts'
import type { PushedClient, PushedHost, PushedTunnel } from '../../../stock/configuration/pushed-config.ts'
import type { Agents } from '../../clients/agents.ts'
import { AttemptLimit } from '../../limits/attempt-limit.ts'
import type { ClientRegistry } from '../../clients/client-registry.ts'
import { mayPush, mayPushAddress } from '../../clients/may-push.ts'
import type { TunnelRegistry } from '../../tunnels/registry/tunnel-registry.ts'
import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import { PushedTunnels } from './pushed-tunnels.ts'
import type { TemporaryClients } from './temporary-clients.ts'
import type { ClientWords, Users } from './wanted-tunnels.ts'

export interface PushedConfigurationsOptions {
  readonly clients: ClientRegistry
  readonly tunnels: TunnelRegistry
  readonly agents: Agents
  readonly temporary: TemporaryClients
  /** Undefined: only agents with a client of their own may push. */
  readonly publicVkey: () => string | undefined
  readonly log: Log
  readonly now: () => number
}

/** How long a pushed configuration waits for its agent to come online. */
const onlineTimeoutMs = 60_000

/**
 * Configuration mode: an agent brings the tunnels of its npc.conf. They are recognised by their names across reconnects and
 * restarts, so that ids, counters and limits stay. What it no longer brings is removed once that agent is online;
 * what a person has made stays.
 */
export class PushedConfigurations {
  readonly #options: PushedConfigurationsOptions
  /** By client: what was pushed by an agent that is not online yet. */
  readonly #finished = new Map<number, { kept: ReadonlySet<number>; atMs: number }>()
  readonly #subscription: Disposable
  /** An agent that brings the password of another's private tunnel learns that it is one: it may not try many. */
  readonly #guesses: AttemptLimit

  constructor(options: PushedConfigurationsOptions) {
    this.#options = options
    this.#guesses = new AttemptLimit({ maxAttempts: 5, windowMs: 60 * 60_000, now: options.now })
    this.#subscription = options.agents.onChange((clientId) => {
      if (options.agents.get(clientId)) this.#removeOthers(clientId)
    })
  }

  /** The key as stock programs send it. */
  publicKeyMd5(): string | undefined {
    const key = this.#options.publicVkey()
    return key === undefined ? undefined : md5Hex(key)
  }

  /**
   * One conversation. Undefined: this client may not push. `startedAtMs`: an agent online since then is the one talking. `isNative`: it
   * is told of each section by itself, where a stock one takes the first refusal for the end of all.
   */
  receiver(
    client: { id: number } | 'public',
    address: string,
    {
      startedAtMs = this.#options.now(),
      isNative = false,
    }: { startedAtMs?: number; isNative?: boolean } = {},
  ): ConfigReceiver | undefined {
    const { clients, log } = this.#options
    if (client !== 'public' && !mayPush(clients.record(client.id).settings)) {
      log.warn('an npc wants to push its npc.conf, which its client may not', { client: client.id, address })
      return undefined
    }
    return new Conversation(
      { ...this.#options, guesses: this.#guesses, isNative },
      client,
      address,
      (clientId, kept) => {
        this.#finished.set(clientId, { kept, atMs: this.#options.now() })
        // Its connections may have been quicker than the end of this one.
        const session = this.#options.agents.get(clientId)
        if (session && session.onlineSinceMs >= startedAtMs) this.#removeOthers(clientId)
      },
    )
  }

  close(): void {
    this.#subscription[Symbol.dispose]()
  }

  #removeOthers(clientId: number): void {
    const finished = this.#finished.get(clientId)
    this.#finished.delete(clientId)
    if (!finished || this.#options.now() - finished.atMs > onlineTimeoutMs) return
    const { tunnels, log } = this.#options
    for (const { id, name, pushedBy, clientId: owner } of tunnels.list()) {
      if (owner !== clientId || pushedBy !== 'agent' || finished.kept.has(id)) continue
      log.info('tunnel is no longer pushed', { tunnel: id, client: clientId, name })
      tunnels
        .remove(id)
        .catch((error: unknown) => log.error('a tunnel could not be removed', { tunnel: id, error }))
    }
  }
}

type ConversationOptions = PushedConfigurationsOptions & {
  readonly guesses: AttemptLimit
  readonly isNative: boolean
}

class Conversation implements ConfigReceiver {
  readonly #options: ConversationOptions
  readonly #client: { id: number } | 'public'
  readonly #address: string
  readonly #onDone: (clientId: number, kept: ReadonlySet<number>) => void
  #tunnels: PushedTunnels | undefined
  #users: Users = []

  constructor(
    options: ConversationOptions,
    client: { id: number } | 'public',
    address: string,
    onDone: (clientId: number, kept: ReadonlySet<number>) => void,
  ) {
    this.#options = options
    this.#client = client
    this.#address = address
    this.#onDone = onDone
    if (client !== 'public') this.#tunnels = new PushedTunnels(options, client.id)
  }

  async createClient(pushed: PushedClient): Promise<string | undefined> {
    if (this.#tunnels) return undefined
    let key: string | undefined
    await this.#attempt('client', async () => {
      const { id, vkey } = await this.#options.temporary.obtain(pushed, this.#address)
      this.#tunnels = new PushedTunnels(this.#options, id)
      const { basicUsername: name, basicPassword: password } = pushed
      if (name !== '' && password !== '') this.#users = [{ name, password }]
      key = vkey
    })
    return key
  }

  addHost(host: PushedHost): Promise<RelayError | null> {
    return this.#attempt(host.remark || host.host, async () => {
      const { wantedHost } = await import('./wanted-tunnels.ts')
      await this.#owner().keep(wantedHost(host, this.#users))
    })
  }

  addTunnel(tunnel: PushedTunnel): Promise<RelayError | null> {
    return this.#attempt(tunnel.remark || tunnel.mode, async () => {
      if (tunnel.password !== '') this.#checkGuesses(tunnel)
      const { wantedTunnels } = await import('./wanted-tunnels.ts')
      const standing: RelayTunnel[] = []
      for (const wanted of wantedTunnels(tunnel, this.#words(tunnel))) {
        const before = await this.#owner().keep(wanted)
        if (before) standing.push(before)
      }
      const [first, ...others] = standing
      if (this.#options.isNative && first) throw portOfAnother(first, others.length)
    })
  }

  /** For the client whose key it shows; with the public key, for temporary clients only. */
  running(keyMd5: string): readonly string[] {
    const { clients, tunnels, temporary, agents } = this.#options
    const asked = clients.list().find(({ vkey }) => md5Hex(vkey) === keyMd5)
    const isAllowed =
      this.#client === 'public' ? asked && temporary.has(asked.id) : asked?.id === this.#client.id
    if (!asked || !isAllowed || !agents.get(asked.id)) return []
    return tunnels
      .list()
      .filter(({ clientId, status }) => clientId === asked.id && status.state === 'listening')
      .map(({ name }) => name)
  }

  done(): void {
    if (this.#tunnels) this.#onDone(this.#tunnels.clientId, this.#tunnels.kept)
  }

  /** Agents with the public key are told apart by their addresses. */
  get #guesser(): string {
    return this.#client === 'public' ? this.#address : `client ${this.#client.id}`
  }

  #checkGuesses({ remark }: PushedTunnel): void {
    if (this.#options.guesses.lockedForMs(this.#guesser) === 0) return
    this.#tunnels?.leave(remark)
    const message =
      'Too many passwords of this npc.conf belong to other private tunnels. Try again in an hour.'
    throw new RelayError('limit-reached', message, { limit: 5 })
  }

  /** Whether it has learnt the password of another client's tunnel. Two of its own sections with one password are a mistake. */
  #hasGuessed({ code, params: { what, id } }: RelayError): boolean {
    if (code !== 'already-exists' || what !== 'password') return false
    const found = this.#options.tunnels.list().find((tunnel) => tunnel.id === id)
    return found?.clientId !== this.#tunnels?.clientId
  }

  #words({ serverIp, remark }: PushedTunnel): ClientWords {
    const { clientId } = this.#owner()
    const mayChooseAddress = mayPushAddress(this.#options.clients.record(clientId).settings)
    if (!mayChooseAddress && serverIp !== '' && serverIp !== '0.0.0.0') {
      const fields = { client: clientId, entry: remark, serverIp }
      this.#options.log.warn('server_ip of a pushed tunnel is left out: its client may choose none', fields)
    }
    return { users: this.#users, mayChooseAddress }
  }

  #owner(): PushedTunnels {
    if (this.#tunnels) return this.#tunnels
    throw new RelayError('invalid-input', 'With the public key the client comes before its tunnels.')
  }

  /** What cannot be accepted is the fault of the agent or its file: logged here, answered with a refusal; null: it is accepted. */
  async #attempt(entry: string, work: () => Promise<void>): Promise<RelayError | null> {
    try {
      await work()
      return null
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      if (this.#hasGuessed(error)) this.#options.guesses.failed(this.#guesser)
      const client = this.#client === 'public' ? 'public' : this.#client.id
      const fields = { client, entry, address: this.#address, code: error.code }
      this.#options.log.warn('a pushed part of npc.conf was refused', { ...fields, reason: error })
      return this.#forOwner(error)
    }
  }

  /** The names of other clients' tunnels are nothing to the owner of this one. */
  #forOwner(error: RelayError): RelayError {
    const { port = '', holder } = error.params
    if (error.code !== 'port-taken' || holder === undefined || holder === 'nps') return error
    const clientId = this.#tunnels?.clientId
    const isOwn = this.#options.tunnels
      .list()
      .some((tunnel) => tunnel.clientId === clientId && tunnel.port === port && tunnel.name === holder)
    if (isOwn) return error
    return new RelayError(
      'port-taken',
      `Port ${port} belongs to another tunnel of this server. Choose another one.`,
      { port },
    )
  }
}

/** A port of a section that has a tunnel of this client which a person has made, as have `moreCount` other ports of it. */
function portOfAnother({ id, name, port, target }: RelayTunnel, moreCount: number): RelayError {
  const leads = target === '' ? '' : `, which leads to ${cut(target, 80)}`
  const more = moreCount > 0 ? ` The same holds for ${moreCount} more of this section’s ports.` : ''
  return new RelayError(
    'port-taken',
    `Port ${port} belongs to tunnel ${id} “${name}” of this lab box${leads}. It was made on the server, and stays.${more} Remove it there (nps tunnel remove -id=${id}), or choose another server_port.`,
    { port: port ?? 0, holder: name },
  )
}
