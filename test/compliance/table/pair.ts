import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import { stockFile } from '../stock/stock-programs.ts'
import { Targets } from '../../harness/peers/loopback-targets.ts'
import { echoes, exchange } from './exchange-bytes.ts'
import { OurRelay } from './our-relay.ts'
import { isStock, type PairKind } from './pairs.ts'
import type { HostWish, Layer, RelayEnd, RelayTunnelWish } from './relay-end.ts'
import { ourProgram } from './runtimes.ts'
import { StockRelayEnd } from './stock-relay.ts'

interface Account {
  readonly clientId: number
  readonly vkey: string
  /** A tunnel of its own, by which one sees that the agent is there. */
  readonly echoPort: number
  agent: Program
}

/** A tunnel as a row wants it; the rest is chosen. */
export type Wish = Omit<RelayTunnelWish, 'clientId' | 'port'> & { readonly layer?: Layer }

/**
 * A relay and its agents, whoever made them. One relay serves all rows of a table; each layer, and each user, is a client
 * of its own with an agent of its own, which is started when a row first asks for it.
 */
export class Pair {
  readonly kind: PairKind
  readonly relay: RelayEnd
  readonly targets = new Targets()
  /** For files of a row; gone with the pair. */
  readonly folder: string
  readonly #accounts = new Map<string, Promise<Account>>()
  readonly #programs: Program[] = []
  #configurations = 0

  private constructor(kind: PairKind, relay: RelayEnd, folder: string) {
    this.kind = kind
    this.relay = relay
    this.folder = folder
  }

  static async start(kind: PairKind, ours: { passThrough?: boolean } = {}): Promise<Pair> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-pair-'))
    const relay = isStock(kind.relay)
      ? await StockRelayEnd.create(folder, kind.relay)
      : await OurRelay.create(folder, kind.runtime, ours)
    return new Pair(kind, relay, folder)
  }

  /** Our relay, for what only ours can do; throws with a stock one. */
  get ourRelay(): OurRelay {
    if (this.relay instanceof OurRelay) return this.relay
    throw new Error('this pair has a stock relay')
  }

  /** Opens a tunnel whose agent is online; answers its port on the relay. */
  async open(wish: Wish): Promise<number> {
    const { clientId } = await this.account(wish)
    const port = await freePort()
    await this.relay.addTunnel({ ...wish, clientId, port })
    return port
  }

  /** A tunnel without a port: visitors come with the password. */
  async openPrivate(wish: { target: string; password: string; layer?: Layer }): Promise<void> {
    const { clientId } = await this.account(wish)
    await this.relay.addTunnel({ ...wish, clientId, mode: 'private', port: null })
  }

  async openHost(wish: Omit<HostWish, 'clientId'> & Pick<Wish, 'layer'>): Promise<void> {
    const { clientId } = await this.account(wish)
    await this.relay.addHost({ ...wish, clientId })
  }

  /** The client of a layer and user, its agent online. */
  account({ layer = 'plain', user }: Pick<Wish, 'layer' | 'user'> = {}): Promise<Account> {
    const name = `${layer}-${user?.name ?? 'nobody'}`
    const account = this.#accounts.get(name) ?? this.#addAccount(name, layer, user)
    this.#accounts.set(name, account)
    return account
  }

  async #addAccount(name: string, layer: Layer, user: Wish['user']): Promise<Account> {
    const vkey = `a-key-for-${name}-0123456789`
    const clientId = await this.relay.addClient({ vkey, layer, ...(user && { user }) })
    const echoPort = await freePort()
    const target = `127.0.0.1:${await this.targets.echo()}`
    await this.relay.addTunnel({ clientId, mode: 'tcp', port: echoPort, target })
    const account = { clientId, vkey, echoPort, agent: await this.#startAgent(vkey) }
    await this.#answers(account)
    return account
  }

  /** One more `npc` of the agent's make, with any flags. It is ended with the pair. */
  npc(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
    const { agent, runtime } = this.kind
    const [command, ...first] = isStock(agent) ? [stockFile(agent, 'npc')] : ourProgram('npc', runtime)
    const program = new Program(command, [...first, ...args], this.folder, env)
    this.#programs.push(program)
    return program
  }

  /** An `npc` in configuration mode; `sections` follow `[common]`. Answers once it is written and started. */
  async configuredNpc(vkey: string, sections: string, common = ''): Promise<Program> {
    this.#configurations += 1
    const file = join(this.folder, `npc-${this.#configurations}.conf`)
    await writeFile(
      file,
      `[common]\nserver_addr=${this.server}\nconn_type=tcp\nvkey=${vkey}\nauto_reconnection=true\n${common}\n${sections}`,
    )
    return this.npc([`-config=${file}`, ...(await this.#ourFlags())])
  }

  get server(): string {
    return `127.0.0.1:${this.relay.bridgePort}`
  }

  /** What an agent of a pair is started with. */
  async agentFlags(vkey: string): Promise<string[]> {
    return [`-server=${this.server}`, `-vkey=${vkey}`, '-type=tcp', ...(await this.#ourFlags())]
  }

  async #ourFlags(): Promise<string[]> {
    const { relay, agent, protocol } = this.kind
    if (isStock(agent)) return []
    const folder = `-conf_path=${join(this.folder, 'npc')}`
    if (protocol === 'native') return [folder, `-fingerprint=${await this.ourRelay.fingerprint()}`]
    // Before a stock relay our agent finds out by itself.
    return [folder, `-protocol=${isStock(relay) ? 'auto' : 'stock'}`]
  }

  async #startAgent(vkey: string): Promise<Program> {
    return this.npc(await this.agentFlags(vkey))
  }

  /** Kills the agent, starts it again, and waits until visitors get their answers. */
  async restartAgent(): Promise<void> {
    const account = await this.account()
    await account.agent.kill()
    account.agent = await this.#startAgent(account.vkey)
    await this.#answers(account)
  }

  /** Kills the relay, starts it again on its ports, and waits until visitors get their answers. */
  async restartRelay(): Promise<void> {
    const account = await this.account()
    await this.relay.kill()
    await this.relay.start()
    await this.#answers(account)
  }

  /** Waits until a visitor of the plain client gets its bytes back. */
  async answers(): Promise<void> {
    await this.#answers(await this.account())
  }

  async #answers({ echoPort, agent }: Account): Promise<void> {
    try {
      await echoes(this.targets, echoPort)
    } catch (cause) {
      throw new Error(`${String(cause)}\nrelay:\n${this.relay.output}\nagent:\n${agent.output}`, { cause })
    }
  }

  /** Waits until a visitor of `port`, where a target echoes, gets its bytes back. */
  async echoes(port: number): Promise<void> {
    try {
      await echoes(this.targets, port)
    } catch (cause) {
      throw new Error(`${String(cause)}\nrelay:\n${this.relay.output}`, { cause })
    }
  }

  /** Sends and takes back as much through an echoing target's tunnel. */
  exchange(port: number, bytes: Buffer): Promise<Buffer> {
    return exchange(this.targets, port, bytes)
  }

  async close(): Promise<void> {
    await this.targets.close()
    await Promise.all(this.#programs.map((program) => program.kill()))
    await this.relay.kill()
    await rm(this.folder, { recursive: true })
  }
}
