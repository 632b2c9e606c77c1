import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import type { CutLine } from './cut-line.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const vkey = 'a-key-for-tests-0123456789abcdef'

const talk = `let heard = '', said = 0
const socket = require('net').connect(2222, '127.0.0.1')
socket.on('data', (bytes) => (heard += bytes) && console.log('heard ' + heard.trim().split(' ').at(-1)))
socket.on('error', () => {})
socket.on('close', () => console.log('ended'))
setInterval(() => socket.write(++said + ' '), 2000)`

/** How npc is started that keeps what it knows in this folder. */
export type AgentCommand = (folder: string) => readonly string[]

/** The relay, and npc in the lab box, as one runtime runs them. */
export class CutPair {
  readonly #nps: readonly string[]
  readonly #folder: string
  readonly #relay: Program
  readonly #parts = new AsyncDisposableStack()
  readonly #bridgePort: number
  readonly port: number

  private constructor(
    nps: readonly string[],
    folder: string,
    ports: { bridge: number; tunnel: number },
    relay: Program,
  ) {
    this.#nps = nps
    this.#folder = folder
    this.#bridgePort = ports.bridge
    this.#relay = relay
    this.port = ports.tunnel
  }

  static async start(line: CutLine, nps: readonly string[], npc: AgentCommand): Promise<CutPair> {
    await using parts = new AsyncDisposableStack()
    const start = (program: string, args: readonly string[]) =>
      parts.adopt(new Program(program, args, folder, env), (one) => one.kill())
    const folder = await mkdtemp(join(tmpdir(), 'nps-cut-'))
    parts.defer(() => rm(folder, { recursive: true }))
    const ports = { bridge: await freePort(), tunnel: await freePort() }
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=${line.relayAddress}\nbridge_port=${ports.bridge}\nweb_port=\nallow_ports=\nlog_level=7\n`,
    )
    const env = { ...process.env, HOME: folder }
    const [program = '', ...first] = nps
    const relay = start(program, [...first, `-conf_path=${folder}`])
    await relay.says(/nps runs/)
    const [inLab, ...rest] = line.inLab([
      ...npc(join(folder, 'npc')),
      `-server=${line.relayAddress}:${ports.bridge}`,
      `-vkey=${vkey}`,
    ])
    start(inLab, rest)
    const pair = new CutPair(nps, folder, ports, relay)
    await pair.#ask('client', 'add', '-name=lab', `-vkey=${vkey}`)
    await relay.says(/agent online/, { timeoutMs: 90_000 })
    await pair.addTunnel(ports.tunnel, '127.0.0.1:7')
    pair.#parts.use(parts.move())
    return pair
  }

  async addTunnel(port: number, target: string): Promise<void> {
    await this.#ask('tunnel', 'add', '-client=1', '-mode=tcp', `-port=${port}`, `-target=${target}`)
  }

  /** Makes a private tunnel, and a visitor of it in the lab box's network, which says a number every two seconds. */
  async visitPrivately(line: CutLine, npc: AgentCommand): Promise<readonly [Program, Program]> {
    const password = 'a-password-for-the-private-tunnel-01'
    await this.#ask(
      'tunnel',
      'add',
      '-client=1',
      '-mode=private',
      '-target=127.0.0.1:7',
      `-password=${password}`,
    )
    const server = `-server=${line.relayAddress}:${this.#bridgePort}`
    const command = npc(join(this.#folder, 'npc'))
    const [inLab, ...rest] = line.inLab([...command, server, `-password=${password}`, '-local_port=2222'])
    const visitor = new Program(inLab, rest, this.#folder, { ...process.env, HOME: this.#folder })
    await visitor.says(/private tunnel listens/)
    const [node, ...args] = line.inLab([process.execPath, '-e', talk])
    const program = new Program(node, args, root)
    await program.says(/heard 1/)
    return [visitor, program]
  }

  /**
   * Milliseconds until the relay says that its agent, which is online, is not any more. One of stock NPS is silent then: only its one
   * connection could tell that it has gone.
   */
  async untilOffline(): Promise<number> {
    const startedAt = performance.now()
    await this.#relay.says(/agent (offline|silent)/, { from: this.#relay.written, timeoutMs: 90_000 })
    return performance.now() - startedAt
  }

  /** Established connections between the relay's bridge and the lab box. */
  async bridgeConnections(): Promise<number> {
    const { stdout } = await run('ss', ['-Htn', 'state', 'established', `sport = :${this.#bridgePort}`])
    return stdout.split('\n').filter((one) => one !== '').length
  }

  close(): Promise<void> {
    return this.#parts.disposeAsync()
  }

  async #ask(...args: string[]): Promise<unknown> {
    const [program = '', ...first] = this.#nps
    const { stdout } = await run(program, [...first, ...args, '-json', `-conf_path=${this.#folder}`])
    return JSON.parse(stdout)
  }
}
