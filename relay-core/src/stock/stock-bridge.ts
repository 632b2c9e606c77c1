import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { pause } from '../async/wait/pause.ts'
import { RelayError } from '../api/errors.ts'
import { peerAddress } from '../net/address/plain-address.ts'
import { ConnectionLimit } from '../net/listen/connection-limit.ts'
import { readGreeting, readRole, refuseKey, type StockGreeting } from './messages/handshake.ts'
import { serveConfiguration } from './configuration/config-conversation.ts'
import { readExactly } from '../net/stream/read-exactly.ts'
import { RecentAddresses } from '../log/recent-addresses.ts'
import {
  defaultStockBridgeLimits,
  type StockBridgeLimits,
  type StockBridgeOptions,
  type StockClient,
} from './stock-bridge-options.ts'
import { StockPairing } from './stock-pairing.ts'
import { StockSession } from './stock-session.ts'

interface Caller {
  readonly socket: Socket
  readonly client: StockClient
  readonly greeting: StockGreeting
  /** Without the port. */
  readonly address: string
  readonly signal: AbortSignal
}

/** For all that one agent pushes, answers included. */
const configurationTimeoutMs = 60_000

/** A visitor's half close cannot be passed on, so the answer to what it has sent is waited for as long as it keeps coming. */
const halfCloseLingerMs = 2000

/** Where stock NPS programs come in: greets them, and makes a session of an agent's two connections. */
export class StockBridge {
  readonly #options: StockBridgeOptions
  readonly #limits: StockBridgeLimits
  readonly #unproved: ConnectionLimit
  readonly #secureContext: SecureContext
  readonly #pairing: StockPairing<Caller>
  readonly #earlyFiles = new Map<number, Socket>()
  readonly #closing = new AbortController()
  #hasWarned = false
  readonly #holePunchers = new RecentAddresses(60_000)

  constructor(options: StockBridgeOptions) {
    this.#options = options
    this.#limits = { ...defaultStockBridgeLimits, ...options.limits }
    this.#unproved = new ConnectionLimit({
      perAddress: this.#limits.unprovedPerAddress,
      total: this.#limits.unprovedTotal,
    })
    this.#secureContext = createSecureContext({
      key: options.identity.keyPem,
      cert: options.identity.certPem,
    })
    this.#pairing = new StockPairing({
      timeoutMs: this.#limits.pairingTimeoutMs,
      onPair: ({ main, chan, about }) => this.#online(main, chan, about),
      onLeft: (half) => options.log.warn('stock npc brought only one of its two connections', { half }),
    })
  }

  /** Takes over a connection that begins with `TST`, paused, all bytes still in it. */
  accept(socket: Socket): void {
    const address = peerAddress(socket)
    if (this.#options.isOn?.() === false) {
      this.#options.log.warn('stock NPS program turned away: nps.conf says stock_protocol=false', { address })
      socket.destroy()
      return
    }
    const place = address === undefined ? undefined : this.#unproved.enter(address, () => socket.destroy())
    // An error is always followed by `close`, where each owner handles it.
    socket.on('error', () => undefined)
    if (address === undefined || !place || this.#closing.signal.aborted) {
      place?.leave()
      socket.destroy()
      return
    }
    const deadline = AbortSignal.timeout(this.#limits.handshakeTimeoutMs)
    const signal = AbortSignal.any([deadline, this.#closing.signal])
    this.#greet(socket, address, { signal, proved: () => place.keep() })
      .catch((error: unknown) => this.#turnAway(socket, address, error))
      .finally(() => place.leave())
  }

  /** Ends what has not become a session yet; sessions belong to `agents`. Idempotent. */
  close(): void {
    this.#closing.abort()
    this.#pairing.close()
    for (const socket of this.#earlyFiles.values()) socket.destroy()
  }

  async #greet(
    socket: Socket,
    address: string,
    { signal, proved }: { signal: AbortSignal; proved: () => void },
  ): Promise<void> {
    const greeting = await readGreeting(socket, { signal })
    const client = this.#options.clients.findByVerifyKey(greeting.keyMd5)
    if (!client && greeting.keyMd5 === this.#options.configuration?.publicKeyMd5()) {
      // The public key is good for this and nothing else.
      if ((await readRole(socket, { signal })) === 'conf')
        return this.#enterConfiguration(socket, 'public', address)
      throw new RelayError('wrong-key', 'a stock npc showed the public key for more than its configuration')
    }
    if (!client) {
      await pause(this.#limits.wrongKeyDelayMs, { signal })
      refuseKey(socket)
      throw new RelayError(
        'wrong-key',
        'a stock npc showed a key that belongs to no client, or to one switched off',
      )
    }
    proved()
    const role = await readRole(socket, { signal })
    const caller: Caller = { socket, client, greeting, address, signal }
    switch (role) {
      case 'main':
        return this.#pairing.addMain(pairingKey(caller), socket, caller)
      case 'chan':
        return this.#pairing.addChan(pairingKey(caller), socket)
      case 'file':
        return this.#enterFiles(caller)
      case 'sert':
        return this.#enterSecretVisitor(caller)
      case 'rgst':
        return this.#enterRegistration(caller)
      case 'conf':
        return this.#enterConfiguration(socket, client, address)
      case 'p2pm':
        return this.#enterHolePunching(caller)
    }
  }

  #online(main: Socket, chan: Socket, { client, greeting, address }: Caller): void {
    const { log, agents, onHealth, muxLimits } = this.#options
    const session = new StockSession({
      clientId: client.id,
      crypt: client.crypt,
      compress: client.compress,
      address: `${address}:${main.remotePort ?? 0}`,
      version: greeting.version,
      main,
      chan,
      secureContext: this.#secureContext,
      muxLimits: { halfCloseLingerMs, ...muxLimits },
      ...(onHealth && { onHealth: (report) => onHealth(client.id, report) }),
    })
    const fields = { client: client.id, address: session.address }
    void session.closed.then(({ reason }) => log.info('agent offline', { ...fields, reason }))
    session.onSilence(() => {
      if (session.isSilent) log.info('agent silent: its streams are kept for a while', fields)
      else log.info('agent heard from again', fields)
    })
    session.start()
    const files = this.#earlyFiles.get(client.id)
    this.#earlyFiles.delete(client.id)
    if (files) session.addFiles(files)
    log.info('agent online', { ...fields, version: greeting.version, protocol: 'stock' })
    if (!this.#hasWarned) {
      this.#hasWarned = true
      log.warn(
        'an npc of stock NPS is served: its link is not encrypted, and whoever overhears its key can use it. ' +
          'Replace it by this version’s npc; once all are, set stock_protocol=false in nps.conf',
        fields,
      )
    }
    agents.add(session)
  }

  /** Stock agents open all their connections at once, so this one may come before the session is there. */
  #enterFiles({ socket, client }: Caller): void {
    const session = this.#options.agents.get(client.id)
    if (session instanceof StockSession) {
      session.addFiles(socket)
      return
    }
    this.#earlyFiles.get(client.id)?.destroy()
    this.#earlyFiles.set(client.id, socket)
    const isWaiting = () => this.#earlyFiles.get(client.id) === socket
    const late = setTimeout(() => isWaiting() && socket.destroy(), this.#limits.pairingTimeoutMs)
    socket.once('close', () => {
      clearTimeout(late)
      if (isWaiting()) this.#earlyFiles.delete(client.id)
    })
  }

  async #enterConfiguration(socket: Socket, client: StockClient | 'public', address: string): Promise<void> {
    const receiver = this.#options.configuration?.receiver(client, address)
    if (!receiver)
      throw new RelayError(
        'mode-unsupported',
        'a stock npc wants to push its configuration, which it may not',
      )
    const signal = AbortSignal.any([AbortSignal.timeout(configurationTimeoutMs), this.#closing.signal])
    const taken = await serveConfiguration(socket, { isPublicKey: client === 'public', receiver, signal })
    if (!taken) this.#options.log.warn('a part of a pushed configuration was refused', { address })
    socket.destroySoon()
  }

  async #enterSecretVisitor({ socket, address, signal }: Caller): Promise<void> {
    const { onSecretVisitor } = this.#options
    const passwordMd5 = (await readExactly(socket, 32, { signal })).toString('latin1').toLowerCase()
    if (!onSecretVisitor)
      throw new RelayError('mode-unsupported', 'a stock npc visits a private tunnel; there are none')
    onSecretVisitor({ passwordMd5, socket, address, port: socket.remotePort ?? 0 })
  }

  /** The same answer as for a p2p tunnel that does not exist: the visitor goes through the relay, one connection at a time. */
  #enterHolePunching({ socket, address }: Caller): void {
    if (this.#holePunchers.isNews(address)) {
      this.#options.log.warn(
        'a stock npc asks for p2p, which is not offered; its visitors go through the relay',
        {
          address,
        },
      )
    }
    socket.destroySoon()
  }

  async #enterRegistration({ socket, client, address, signal }: Caller): Promise<void> {
    const hours = (await readExactly(socket, 4, { signal })).readInt32LE(0)
    socket.destroySoon()
    if (hours > 0) this.#options.onRegister?.({ clientId: client.id, address, hours })
  }

  #turnAway(socket: Socket, address: string, error: unknown): void {
    if (!this.#closing.signal.aborted) {
      const code = error instanceof RelayError ? error.code : undefined
      this.#options.log.warn('stock npc turned away', { address, code, reason: error })
    }
    // Lets the answer to a wrong key be sent first.
    socket.destroySoon()
  }
}

function pairingKey({ client, address }: Caller): string {
  return `${client.id} ${address}`
}
