import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Spawned } from './spawned.ts'
import { StockProgram, type StockVersion } from './stock-programs.ts'

const runner = fileURLToPath(new URL('stock-runner.ts', import.meta.url))
const vkey = 'a-key-for-tests-0123456789abcdef'

export type Layer = 'plain' | 'crypt' | 'compress'
/** `ours` with the runtime that it runs on, or a stock version. */
export type End = { ours: string } | { stock: StockVersion }

/** Where a pair's tunnels lead, by name. */
export type PairTargets = Record<string, { mode: 'tcp' | 'udp'; port: number }>

/** A relay and an agent that speak the stock protocol, as two processes on loopback, with their tunnels. */
export class StockPair {
  readonly relayEnd: End
  readonly agentEnd: End
  readonly ports: Record<string, number> = {}
  readonly #layer: Layer
  readonly #targets: PairTargets
  readonly #scratch: string
  relay: Spawned | StockProgram | undefined
  agent: Spawned | StockProgram | undefined
  bridgePort = 0

  private constructor(ends: { relay: End; agent: End }, layer: Layer, targets: PairTargets, scratch: string) {
    this.relayEnd = ends.relay
    this.agentEnd = ends.agent
    this.#layer = layer
    this.#targets = targets
    this.#scratch = scratch
  }

  static async start(
    ends: { relay: End; agent: End },
    layer: Layer,
    targets: PairTargets,
  ): Promise<StockPair> {
    const pair = new StockPair(ends, layer, targets, await mkdtemp(join(tmpdir(), 'nps-stock-')))
    await pair.startRelay()
    pair.startAgent()
    return pair
  }

  /** The relay anew, on the port it had. */
  async startRelay(): Promise<void> {
    if ('ours' in this.relayEnd) {
      const args = [
        runner,
        'relay',
        join(this.#scratch, 'identity'),
        String(this.bridgePort),
        vkey,
        this.#layer,
      ]
      const relay = new Spawned(this.relayEnd.ours, args)
      this.relay = relay
      this.bridgePort = Number((await relay.event(({ event }) => event === 'listening'))['port'])
      for (const [at, [name, { mode, port }]] of Object.entries(this.#targets).entries()) {
        if (mode === 'udp') continue
        this.ports[name] = await relay.call('open', { id: at + 1, target: `127.0.0.1:${port}` })
      }
      return
    }
    if (this.bridgePort === 0) {
      this.bridgePort = await freePort()
      for (const [name, { mode }] of Object.entries(this.#targets)) {
        this.ports[name] = mode === 'tcp' ? await freePort() : await freeUdpPort()
      }
    }
    this.relay = await StockProgram.relay(this.relayEnd.stock, this.#scratch, {
      bridgePort: this.bridgePort,
      vkey,
      crypt: this.#layer === 'crypt',
      compress: this.#layer === 'compress',
      tunnels: Object.entries(this.#targets).map(([name, { mode, port }]) => ({
        mode,
        port: this.ports[name] ?? 0,
        target: `127.0.0.1:${port}`,
      })),
    })
  }

  startAgent(): void {
    const server = `127.0.0.1:${this.bridgePort}`
    // Our relay in this pair has no native clients; before a stock one our agent finds out by itself.
    const protocol = 'ours' in this.relayEnd ? 'stock' : 'auto'
    this.agent =
      'ours' in this.agentEnd
        ? new Spawned(this.agentEnd.ours, [runner, 'agent', server, vkey, protocol])
        : StockProgram.agent(this.agentEnd.stock, this.#scratch, server, vkey)
  }

  get ourRelay(): Spawned | undefined {
    return this.relay instanceof Spawned ? this.relay : undefined
  }

  get ourAgent(): Spawned | undefined {
    return this.agent instanceof Spawned ? this.agent : undefined
  }

  /** What both ends have written, for a failure's message. */
  get story(): string {
    const text = (end: Spawned | StockProgram | undefined) =>
      end instanceof Spawned ? end.log : (end?.output ?? '')
    return `relay:\n${text(this.relay)}\nagent:\n${text(this.agent)}`
  }

  async close(): Promise<void> {
    await Promise.all([this.agent?.kill(), this.relay?.kill()])
    await rm(this.#scratch, { recursive: true })
  }
}

/** A stock relay takes no port 0: one that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
