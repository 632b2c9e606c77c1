import type { RemoteInfo, Socket } from 'node:dgram'
import { every } from '../../../async/time/every.ts'
import { plainAddress } from '../../../net/address/plain-address.ts'
import { bindDatagrams, sendDatagram } from '../../../net/listen/datagram-socket.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'
import { UdpVisitor } from './udp-visitor.ts'

export interface UdpLimits {
  /**
   * After this much silence in both directions a visitor is forgotten: at least what RFC 4787 §4.3 asks of routers.
   */
  readonly idleTimeoutMs: number
  readonly sweepIntervalMs: number
  /** Each costs a connection to the lab box. Sender addresses can be forged, so there are fewer than for TCP. */
  readonly maxVisitors: number
  /** When all slots are taken, the visitor that has been silent longest, and at least this long, makes room. */
  readonly replaceableDelayMs: number
}

const defaultLimits: UdpLimits = {
  idleTimeoutMs: 120_000,
  sweepIntervalMs: 5_000,
  maxVisitors: 1_024,
  replaceableDelayMs: 10_000,
}

/** A UDP port of the server whose datagrams go to the target; answers go back to the sender. */
export function createUdpMode(
  spec: TunnelSpec,
  context: TunnelServerContext,
  limits: Partial<UdpLimits> = {},
): TunnelServer {
  return new UdpMode(spec, context, { ...defaultLimits, ...limits })
}

class UdpMode implements TunnelServer {
  #spec: TunnelSpec
  readonly #context: TunnelServerContext
  readonly #limits: UdpLimits
  /** By address and port, the longest silent first. */
  readonly #visitors = new Map<string, UdpVisitor>()
  #socket: Socket | undefined
  #sweeping: Disposable | undefined

  constructor(spec: TunnelSpec, context: TunnelServerContext, limits: UdpLimits) {
    this.#spec = spec
    this.#context = context
    this.#limits = limits
  }

  async listen(): Promise<void> {
    const { port, settings, id } = this.#spec
    const { listenHost, log } = this.#context
    const socket = await bindDatagrams({ host: settings?.listenIp ?? listenHost, port: port ?? 0 })
    socket.on('error', (error) => log.error('a UDP port failed', { tunnel: id, error }))
    socket.on('message', (datagram, from) => this.#take(datagram, from))
    this.#socket = socket
    this.#sweeping = every(this.#limits.sweepIntervalMs, () => this.#sweep())
  }

  get port(): number | null {
    return this.#socket?.address().port ?? this.#spec.port
  }

  update(spec: TunnelSpec): boolean {
    if (spec.settings?.listenIp !== this.#spec.settings?.listenIp) return false
    this.#spec = spec
    return true
  }

  async close(): Promise<void> {
    this.#sweeping?.[Symbol.dispose]()
    for (const visitor of this.#visitors.values()) visitor.end()
    const socket = this.#socket
    this.#socket = undefined
    if (socket) await new Promise<void>((resolve) => socket.close(resolve))
  }

  #take(datagram: Buffer, { address, port }: RemoteInfo): void {
    const key = `${address} ${port}`
    const visitor = this.#visitors.get(key) ?? this.#admit(key, address, port)
    if (!visitor) return
    this.#touch(key, visitor)
    visitor.send(datagram)
  }

  /** Undefined: there is no room, a limit has been reached, or the lab box is away; the datagram is dropped. */
  #admit(key: string, address: string, port: number): UdpVisitor | undefined {
    const { session: findSession, targets, connections, log } = this.#context
    const session = findSession()
    const target = targets.next()
    if (!session || !target || !this.#hasRoom()) return undefined
    let connection
    try {
      connection = connections.enter({ address: plainAddress(address), port })
    } catch (error) {
      log.debug('datagram dropped', {
        tunnel: this.#spec.id,
        visitor: `${plainAddress(address)}:${port}`,
        reason: error,
      })
      return undefined
    }
    const visitor = new UdpVisitor(connection, {
      onAnswer: (answer) => {
        this.#touch(key, visitor)
        if (this.#socket) sendDatagram(this.#socket, answer, { address, port })
      },
      onGone: (error) => {
        this.#visitors.delete(key)
        if (error === undefined) return
        log.warn('visitor turned away', { tunnel: this.#spec.id, visitor: connection.visitor, reason: error })
      },
    })
    void visitor.open(session, target)
    return visitor
  }

  /** Keeps the map in the order of silence. */
  #touch(key: string, visitor: UdpVisitor): void {
    visitor.lastHeardMs = performance.now()
    this.#visitors.delete(key)
    this.#visitors.set(key, visitor)
  }

  #hasRoom(): boolean {
    const { maxVisitors, replaceableDelayMs } = this.#limits
    if (this.#visitors.size < maxVisitors) return true
    const [silent] = this.#visitors.values()
    if (!silent || performance.now() - silent.lastHeardMs < replaceableDelayMs) return false
    silent.end()
    return this.#visitors.size < maxVisitors
  }

  #sweep(): void {
    const oldestMs = performance.now() - this.#limits.idleTimeoutMs
    for (const visitor of this.#visitors.values()) {
      if (visitor.lastHeardMs > oldestMs) break
      visitor.end()
    }
  }
}
