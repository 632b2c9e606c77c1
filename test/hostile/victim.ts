import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { controlPath, type ControlPath } from '../../relay-core/src/api-client/control-path.ts'
import { connectControlSocket } from '../../relay-core/src/api-client/connect-control-socket.ts'
import type { RelayConnection } from '../../relay-core/src/api-client/index.ts'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import { loopbackRelay } from '../../relay-core/src/testing/loopback-relay.ts'
import { openDescriptors, residentBytes } from '../harness/programs/process-facts.ts'
import { Program } from '../harness/programs/program.ts'
import { ourProgram, type Runtime } from '../compliance/table/runtimes.ts'
import { Targets } from '../harness/peers/loopback-targets.ts'
import { SteadyEcho } from './steady-echo.ts'

const goodVkey = 'a-key-of-somebody-else-0123456789'
/** The key of a client whose agent or visitors turn out hostile. */
export const badVkey = 'a-key-in-the-wrong-hands-0123456789'

/** With which anybody may push a configuration. */
export const publicVkey = 'a-key-for-everybody-0123456789'

/** Carriers and pooled connections come and go; a leak is of the size of the attack. */
export const spareDescriptors = 45
const settleMs = 20_000
const sampleMs = 50

/** How a relay should be after an attack, and the other client's stream. */
export const unharmed = {
  relay: 'runs',
  otherStream: 'whole',
  descriptors: 'given back',
  memory: 'bounded',
  api: 'answers',
}
type Harm = typeof unharmed

export interface VictimOptions {
  readonly runtime?: Runtime
  /** The most files the relay may have open, as `ulimit -n`. */
  readonly descriptors?: number
}

/** A whole relay as a program of its own: one client with an agent and an echo, one whose key is in the wrong hands. */
export class Victim {
  readonly targets = new Targets()
  readonly bridgePort: number
  readonly consolePort: number
  /** Where hosts are served; https is passed through by SNI. */
  readonly httpPort: number
  readonly httpsPort: number
  readonly control: ControlPath
  /** Its -conf_path. */
  readonly folder: string
  readonly #runtime: Runtime
  #relay: Program | undefined
  #agent: Program | undefined
  #control: RelayConnection | undefined
  echoPort = 0
  badClientId = 0

  private constructor(folder: string, runtime: Runtime, ports: readonly number[]) {
    this.#runtime = runtime
    this.folder = folder
    this.control = controlPath(join(folder, 'state'))
    ;[this.bridgePort = 0, this.consolePort = 0, this.httpPort = 0, this.httpsPort = 0] = ports
  }

  static async start({ runtime = 'Node', descriptors }: VictimOptions = {}): Promise<Victim> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-hostile-'))
    const victim = new Victim(folder, runtime, [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ])
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=127.0.0.1\nbridge_port=${victim.bridgePort}\nallow_ports=${String(loopbackRelay.allowPorts)}\nweb_ip=127.0.0.1\nweb_port=${victim.consolePort}\n` +
        'web_username=ann\nweb_password=a right horse\nstock_protocol=true\n' +
        `public_vkey=${publicVkey}\nhttp_proxy_ip=127.0.0.1\n` +
        `http_proxy_port=${victim.httpPort}\nhttps_proxy_port=${victim.httpsPort}\nhttps_just_proxy=true\n`,
    )
    const command = [...ourProgram('nps', runtime), `-conf_path=${folder}`]
    const limited = descriptors ? ['sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh'] : []
    const [first = '', ...rest] = [...limited, ...command]
    victim.#relay = new Program(first, rest, folder)
    await victim.#relay.says(/nps runs/)
    victim.#control = await connectControlSocket(victim.control)
    await victim.#addClients()
    return victim
  }

  async #addClients(): Promise<void> {
    const good = await this.api.clients.add({ name: 'good', vkey: goodVkey })
    const bad = await this.api.clients.add({ name: 'bad', vkey: badVkey })
    this.badClientId = bad.id
    this.#agent = this.#npc(goodVkey)
    const agent = this.#agent
    await this.relay.says(/agent online/).catch((cause: unknown) => {
      throw new Error(`no agent: ${agent.output}`, { cause })
    })
    const target = `127.0.0.1:${await this.targets.echo()}`
    this.echoPort = (await this.api.tunnels.add({ clientId: good.id, target })).port ?? 0
  }

  get api() {
    if (!this.#control) throw new Error('the relay does not run')
    return this.#control.client
  }

  get relay(): Program {
    if (!this.#relay) throw new Error('the relay was not started')
    return this.#relay
  }

  /** Of the client that nobody attacks. */
  get agent(): Program {
    if (!this.#agent) throw new Error('the agent was not started')
    return this.#agent
  }

  get openDescriptors(): number {
    return openDescriptors(this.relay.pid)
  }

  /** A tunnel of the client in the wrong hands; answers its port. */
  async badTunnel(target = '127.0.0.1:9'): Promise<number> {
    return (await this.api.tunnels.add({ clientId: this.badClientId, target })).port ?? 0
  }

  /** Fulfils when that client's agent, whoever plays it, is online. */
  async agentOnline(): Promise<void> {
    for await (const clients of await this.api.clients.watch({})) {
      if (clients.some(({ id, agent }) => id === this.badClientId && agent.state === 'online')) return
    }
  }

  /** Brings the agent of that client for as long as `work` takes, and then stops it: its carriers go with it. */
  async withBadAgent(work: () => Promise<void>): Promise<void> {
    const from = this.relay.written
    const agent = this.#npc(badVkey)
    try {
      await this.relay.says(/agent online/, { from })
      await work()
    } finally {
      agent.signal('SIGTERM')
      await agent.ended()
    }
  }

  /** What `nps <words>` on the relay's own machine prints. */
  async nps(words: readonly string[], { timeoutMs = 30_000 } = {}): Promise<string> {
    const [nps, ...args] = ourProgram('nps', this.#runtime)
    const command = [...args, ...words, `-conf_path=${this.folder}`]
    return (await promisify(execFile)(nps, command, { timeout: timeoutMs })).stdout
  }

  #npc(vkey: string): Program {
    const [npc, ...args] = ourProgram('npc', this.#runtime)
    const flags = [
      `-server=127.0.0.1:${this.bridgePort}`,
      `-vkey=${vkey}`,
      `-conf_path=${join(this.folder, 'npc')}`,
    ]
    return new Program(npc, [...args, ...flags], this.folder, { ...process.env, HOME: this.folder })
  }

  /**
   * Runs an attack. Meanwhile the other client's stream talks on and the relay's memory is watched; afterwards the
   * descriptors have to come back. Answers `unharmed`, or what was harmed and how.
   */
  async after(attack: () => Promise<void>, { maxGrowthBytes = 96 * 1024 * 1024 } = {}): Promise<Harm> {
    const echo = await SteadyEcho.start(this.echoPort)
    const before = { descriptors: this.openDescriptors, bytes: residentBytes(this.relay.pid) }
    let maxBytes = 0
    const sampler = setInterval(() => {
      if (this.relay.isRunning) maxBytes = Math.max(maxBytes, residentBytes(this.relay.pid))
    }, sampleMs)
    try {
      await attack()
      const descriptors = await this.#settled(before.descriptors + spareDescriptors)
      const otherStream = await echo.stop()
      // Last, because what an attack has left in the relay's buffers may be worked on for a while.
      const grownBytes = maxBytes - before.bytes
      return {
        relay: this.relay.isRunning ? unharmed.relay : this.relay.output,
        otherStream,
        descriptors,
        memory: grownBytes < maxGrowthBytes ? unharmed.memory : `grew by ${grownBytes} bytes`,
        api: (await this.api.status.get({})).clientsTotal === 2 ? unharmed.api : 'has forgotten clients',
      }
    } finally {
      clearInterval(sampler)
      await echo.stop()
    }
  }

  /** The descriptors of what has been closed go a little later; there is no event for it in another process. */
  async #settled(most: number): Promise<string> {
    const deadlineAt = performance.now() + settleMs
    while (this.relay.isRunning && this.openDescriptors > most) {
      if (performance.now() > deadlineAt) return `${this.openDescriptors} open, ${most} are allowed`
      await delay(sampleMs)
    }
    return unharmed.descriptors
  }

  async close(): Promise<void> {
    this.#control?.close()
    await this.targets.close()
    await this.#agent?.kill()
    await this.#relay?.kill()
    await rm(this.folder, { recursive: true })
  }
}
