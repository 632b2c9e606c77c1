import type { Socket } from 'node:net'
import type { Limits } from '../../../relay-core/src/api/limits.ts'
import type { TunnelSettings } from '../../../relay-core/src/api/tunnel-settings.ts'
import { startConnectProxy } from '../../harness/peers/connect-proxy.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import type { Program } from '../../harness/programs/program.ts'
import { Pair } from '../table/pair.ts'
import type { PairKind } from '../table/pairs.ts'
import type { Layer } from '../table/relay-end.ts'
import { untilListening } from '../stock/until-listening.ts'
import type { Targets } from '../../harness/peers/loopback-targets.ts'

const vkey = 'a-key-for-memory-0123456789abcdef'

export interface BedWish {
  readonly kind: PairKind
  readonly layer?: Layer | undefined
  /** The agent shares the bed's folder. */
  readonly shares?: boolean | undefined
  /** The agent reaches its relay through an HTTP proxy. */
  readonly behindProxy?: boolean | undefined
}

/** A relay and one agent, freshly started, and a target that hands its connections over. */
export class StandingBed {
  readonly pair: Pair
  readonly agent: Program
  readonly #clientId: number
  readonly #arrivals: Socket[] = []
  readonly #others: { close(): void }[] = []
  #onArrival: (() => void) | undefined
  #visitor: Program | undefined

  private constructor(pair: Pair, clientId: number, agent: Program) {
    this.pair = pair
    this.agent = agent
    this.#clientId = clientId
  }

  static async start({ kind, layer = 'plain', shares, behindProxy }: BedWish): Promise<StandingBed> {
    const pair = await Pair.start(kind, { passThrough: false })
    const clientId = await pair.relay.addClient({ vkey, layer })
    const proxy = behindProxy ? await startConnectProxy() : undefined
    const agent = pair.npc([
      ...(await pair.agentFlags(vkey)),
      ...(shares ? [`-share=${pair.folder}`] : []),
      ...(proxy ? [`-proxy=http://127.0.0.1:${proxy.port}`] : []),
    ])
    const bed = new StandingBed(pair, clientId, agent)
    if (proxy) bed.closeWithIt(proxy)
    const port = await freePort()
    await pair.relay.addTunnel({
      clientId,
      mode: 'tcp',
      port,
      target: `127.0.0.1:${await bed.targets.echo()}`,
    })
    await pair.echoes(port)
    return bed
  }

  get targets(): Targets {
    return this.pair.targets
  }

  /** Program of a private tunnel's visitor, once there is one. */
  get visitor(): Program | undefined {
    return this.#visitor
  }

  /** A tunnel of our relay; answers its port. */
  async tunnel(
    mode: 'tcp' | 'socks5' | 'httpProxy' | 'file' | 'private' | 'host',
    {
      target = '',
      settings = {},
      limits,
    }: { target?: string; settings?: TunnelSettings; limits?: Limits } = {},
  ): Promise<number> {
    const clientId = this.#clientId
    const { port } = await this.pair.ourRelay.api.tunnels.add({
      clientId,
      mode,
      target,
      settings,
      ...(limits && { limits }),
    })
    return port ?? 0
  }

  /** A visitor of a new TCP tunnel, of any relay: a stock one listens a moment after it has said so. */
  async visitTcp(target: string): Promise<Socket> {
    const port = await freePort()
    await this.pair.relay.addTunnel({ clientId: this.#clientId, mode: 'tcp', port, target })
    await untilListening(port, 'tcp')
    return this.targets.visit(port)
  }

  /** A service whose connections `arrived` hands over, paused. */
  async target(): Promise<string> {
    const port = await this.targets.listen((socket) => {
      socket.pause()
      this.#arrivals.push(socket)
      this.#onArrival?.()
    })
    return `127.0.0.1:${port}`
  }

  async arrived(): Promise<Socket> {
    const arrival = this.#arrivals.shift()
    if (arrival) return arrival
    await new Promise<void>((resolve) => (this.#onArrival = resolve))
    return this.arrived()
  }

  /** `npc` as the visitor of a private tunnel; answers its port. */
  async visitPrivately(password: string): Promise<number> {
    const port = await freePort()
    const flags = ['-local_type=secret', `-password=${password}`, `-local_port=${port}`]
    this.#visitor = this.pair.npc([...(await this.pair.agentFlags(vkey)), ...flags])
    await this.#visitor.says(/listens on this machine/)
    return port
  }

  /** What else has been opened for the bed. */
  closeWithIt(other: { close(): void }): void {
    this.#others.push(other)
  }

  async close(): Promise<void> {
    for (const other of this.#others) other.close()
    await this.pair.close()
  }
}
