import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../harness/programs/free-port.ts'
import { Program } from '../harness/programs/program.ts'
import { stockFile } from '../compliance/stock/stock-programs.ts'
import { CutLine } from './cut-line.ts'
import { LabSshd } from './typing-over-ssh.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const vkey = 'a-key-for-tests-0123456789abcdef'

/** Twice what ends the link, half of what streams outlive. */
const cutMs = 30_000

const echo = `require('net').createServer((socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
}).listen(7, '127.0.0.1', () => console.log('listens'))`

const talk = `let heard = '', said = 0
const socket = require('net').connect(2222, '127.0.0.1')
socket.on('data', (bytes) => (heard += bytes) && console.log('heard ' + heard.trim().split(' ').at(-1)))
socket.on('error', () => {})
socket.on('close', () => console.log('ended'))
setInterval(() => socket.write(++said + ' '), 2000)`

/** What the tunnels of the lab box lead to. */
async function startEcho(line: CutLine): Promise<Program> {
  const [program, ...args] = line.inLab([process.execPath, '-e', echo])
  const started = new Program(program, args, root)
  await started.says(/listens/)
  return started
}

/** How npc is started that keeps what it knows in this folder. */
type AgentCommand = (folder: string) => readonly string[]

/** The relay, and npc in the lab box, as one runtime runs them. */
class Pair {
  readonly #nps: readonly string[]
  readonly #folder: string
  readonly #programs: readonly Program[]
  readonly #bridgePort: number
  readonly port: number

  private constructor(
    nps: readonly string[],
    folder: string,
    ports: { bridge: number; tunnel: number },
    programs: readonly Program[],
  ) {
    this.#nps = nps
    this.#folder = folder
    this.#bridgePort = ports.bridge
    this.#programs = programs
    this.port = ports.tunnel
  }

  static async start(line: CutLine, nps: readonly string[], npc: AgentCommand): Promise<Pair> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-cut-'))
    const ports = { bridge: await freePort(), tunnel: await freePort() }
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=${line.relayAddress}\nbridge_port=${ports.bridge}\nweb_port=\nallow_ports=\nlog_level=7\n`,
    )
    const env = { ...process.env, HOME: folder }
    const [program = '', ...first] = nps
    const relay = new Program(program, [...first, `-conf_path=${folder}`], folder, env)
    await relay.says(/nps runs/)
    const [inLab, ...rest] = line.inLab([
      ...npc(join(folder, 'npc')),
      `-server=${line.relayAddress}:${ports.bridge}`,
      `-vkey=${vkey}`,
    ])
    const agent = new Program(inLab, rest, folder, env)
    const pair = new Pair(nps, folder, ports, [relay, agent])
    await pair.#ask('client', 'add', '-name=lab', `-vkey=${vkey}`)
    await pair.until('online')
    await pair.addTunnel(ports.tunnel, '127.0.0.1:7')
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

  async agentState(): Promise<string> {
    const [client] = (await this.#ask('client', 'list')) as { agent: { state: string } }[]
    return client?.agent.state ?? 'none'
  }

  /** Milliseconds until the relay says so of the agent. */
  async until(state: 'online' | 'offline'): Promise<number> {
    const startedAt = performance.now()
    while ((await this.agentState()) !== state) {
      const waitedMs = performance.now() - startedAt
      if (waitedMs > 90_000)
        throw new Error(`not ${state}: ${this.#programs.map((one) => one.output).join('\n')}`)
      await delay(100)
    }
    return performance.now() - startedAt
  }

  /** Established connections between the relay's bridge and the lab box. */
  async bridgeConnections(): Promise<number> {
    const { stdout } = await run('ss', ['-Htn', 'state', 'established', `sport = :${this.#bridgePort}`])
    return stdout.split('\n').filter((one) => one !== '').length
  }

  async close(): Promise<void> {
    await Promise.all(this.#programs.map((one) => one.kill()))
    await rm(this.#folder, { recursive: true })
  }

  async #ask(...args: string[]): Promise<unknown> {
    const [program = '', ...first] = this.#nps
    const { stdout } = await run(program, [...first, ...args, '-json', `-conf_path=${this.#folder}`])
    return JSON.parse(stdout)
  }
}

/** A visitor of an echo, which keeps what comes back. */
class Visitor {
  readonly #socket: Socket
  #heard = ''
  ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => (this.ended = true))
    socket.on('data', (bytes) => (this.#heard += bytes.toString()))
  }

  static async open(port: number): Promise<Visitor> {
    const visitor = new Visitor(connect(port, '127.0.0.1'))
    await visitor.says('hello ')
    return visitor
  }

  get heard(): string {
    return this.#heard
  }

  write(words: string): void {
    this.#socket.write(words)
  }

  /** Fulfils when the words are back. */
  async says(words: string): Promise<void> {
    const wanted = this.#heard + words
    this.write(words)
    await this.hears(wanted)
  }

  async hears(wanted: string): Promise<void> {
    while (this.#heard.length < wanted.length) {
      if (this.ended) throw new Error(`the stream has ended after "${this.#heard}"`)
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')])
    }
    if (this.#heard !== wanted) throw new Error(`heard "${this.#heard}" instead of "${wanted}"`)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Milliseconds until a new visitor of the port gets an answer. */
async function untilServed(port: number): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const visitor = await Visitor.open(port).catch(() => undefined)
    visitor?.close()
    const afterMs = performance.now() - startedAt
    if (visitor) return afterMs
    if (afterMs > 60_000) throw new Error('nobody was served for a minute')
    await delay(50)
  }
}

/** What a lab box runs, what the app's trial runs, and an agent of before. */
const runtimes: readonly (readonly [name: string, nps: readonly string[], npc: AgentCommand])[] = [
  [
    'shipped',
    [join(root, 'build/out/nps-linux-amd64')],
    (folder) => [join(root, 'build/out/npc-linux-amd64'), `-conf_path=${folder}`],
  ],
  [
    'Node',
    [process.execPath, join(root, 'relay-core/src/cli/nps/nps.ts')],
    (folder) => [process.execPath, join(root, 'relay-core/src/cli/npc/npc.ts'), `-conf_path=${folder}`],
  ],
  ['stock npc', [join(root, 'build/out/nps-linux-amd64')], () => [stockFile('0.26.10', 'npc'), '-type=tcp']],
]

/**
 * Ours notices the cut and looks for the line. A stock agent notices nothing, and its one connection goes on when TCP repeats
 * what was lost: after up to as long again as the cut took, and the dead time of the pings.
 */
const servedTimeoutMs: Readonly<Record<string, number>> = { 'stock npc': cutMs + 10_000 }

describe('a cut of half a minute between lab box and relay', () => {
  let line: CutLine
  let target: Program
  let visit: readonly [visitor: Program, talk: Program]
  let sshd: LabSshd
  let shell: Awaited<ReturnType<LabSshd['shellThrough']>>
  /** Until what was typed into the cut had been done, and its answer was back. */
  let typedAfterMs: Promise<number>
  const pairs: Pair[] = []
  const idle: Visitor[] = []
  const busy: Visitor[] = []
  const servedAfterMs: number[] = []
  /** Until what was written into the cut was back. */
  let heardAfterMs: readonly Promise<number>[]
  let offlineAfterMs: readonly number[]
  let turnedAwayAfterMs: readonly number[]

  beforeAll(async () => {
    line = await CutLine.open(70)
    target = await startEcho(line)
    for (const [, nps, npc] of runtimes) pairs.push(await Pair.start(line, nps, npc))
    for (const { port } of pairs) {
      idle.push(await Visitor.open(port))
      busy.push(await Visitor.open(port))
    }
    const [[, , npc] = ['', [], () => []]] = runtimes
    const [shipped] = pairs
    if (!shipped) throw new Error('there is no pair')
    visit = await shipped.visitPrivately(line, npc)
    sshd = await LabSshd.start(line)
    const sshPort = await freePort()
    await shipped.addTunnel(sshPort, `127.0.0.1:${LabSshd.port}`)
    shell = await sshd.shellThrough(sshPort)
    await line.cut()
    const cutAt = performance.now()
    for (const visitor of busy) visitor.write('written into the cut ')
    shell.type('echo typed-$((6 * 7))')
    offlineAfterMs = await Promise.all(pairs.map((pair) => pair.until('offline')))
    turnedAwayAfterMs = await Promise.all(
      pairs.map(async ({ port }) => {
        const askedAt = performance.now()
        const visitor = await Visitor.open(port).catch(() => undefined)
        if (visitor) throw new Error('a visitor was served over a dead line')
        return performance.now() - askedAt
      }),
    )
    await delay(cutMs - (performance.now() - cutAt))
    await line.restore()
    const restoredAt = performance.now()
    typedAfterMs = shell.says('typed-42').then(() => performance.now() - restoredAt)
    // It is looked at by a test of its own.
    typedAfterMs.catch(() => undefined)
    heardAfterMs = busy.map(async (visitor) => {
      await visitor.hears('hello written into the cut ').catch(() => undefined)
      return performance.now() - restoredAt
    })
    servedAfterMs.push(...(await Promise.all(pairs.map(({ port }) => untilServed(port)))))
  })
  afterAll(async () => {
    for (const visitor of [...idle, ...busy]) visitor.close()
    for (const program of visit) await program.kill()
    await shell[Symbol.asyncDispose]()
    await sshd[Symbol.asyncDispose]()
    for (const pair of pairs) await pair.close()
    await target.kill()
    await line.close()
  })

  describe.each(runtimes.map(([name], index) => ({ name, index })))('$name', ({ name, index }) => {
    it('is told within ten seconds, and new visitors are turned away at once', () => {
      expect(offlineAfterMs[index]).toBeLessThan(10_500)
      expect(turnedAwayAfterMs[index]).toBeLessThan(1_000)
    })

    it('is over for new visitors soon after the line is back', () => {
      expect(servedAfterMs[index]).toBeLessThan(servedTimeoutMs[name] ?? 2_000)
    })

    it('ends no stream: a resting one goes on at once', async () => {
      await expect(idle[index]?.says('after the cut ')).resolves.toBeUndefined()
    })

    it('loses no byte of a stream that was written into', { timeout: 60_000 }, async () => {
      const heardMs = await heardAfterMs[index]
      await busy[index]?.hears('hello written into the cut ')
      expect(heardMs).toBeLessThan(servedTimeoutMs[name] ?? 2_500)
      await busy[index]?.says('and after ')
      expect(busy[index]?.heard).toBe('hello written into the cut and after ')
    })

    it('leaves no connection behind once its streams have ended', { timeout: 90_000 }, async () => {
      idle[index]?.close()
      busy[index]?.close()
      // Spare carriers that the cut has left over are closed after 30 to 60 s. The control connection, the spare carriers, and with the shipped programs the private visit, its carrier and that of ssh.
      await expect.poll(() => pairs[index]?.bridgeConnections(), { timeout: 80_000 }).toBeLessThanOrEqual(7)
    })
  })

  it(
    'ends no ssh session: what was typed into it is done as soon as the line is back',
    { timeout: 90_000 },
    async () => {
      expect(await typedAfterMs).toBeLessThan(5_000)
      shell.type('echo still-$((40 + 2))')
      await shell.says('still-42')
    },
  )

  it('ends no visit of a private tunnel, cut off at both ends', { timeout: 60_000 }, async () => {
    const [, talking] = visit
    // It went on talking for as long as the cut took.
    await talking.says(/heard 2\d/, { timeoutMs: 55_000 })
    const heard = [...talking.output.matchAll(/heard (\d+)/g)].map(([, number]) => Number(number))
    expect(talking.output).not.toContain('ended')
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
  })

  it('is noticed at once when the lab box itself lost its network and has it back', async () => {
    await line.unplug()
    const ours = pairs.slice(0, 2)
    await Promise.all(ours.map((pair) => pair.until('offline')))
    await line.plugIn()
    const after = await Promise.all(ours.map(({ port }) => untilServed(port)))
    expect(Math.max(...after)).toBeLessThan(3_000)
  })
})

describe('a cut that does not end', () => {
  let line: CutLine
  let target: Program
  let pair: Pair

  beforeAll(async () => {
    line = await CutLine.open(80)
    target = await startEcho(line)
    const [[, nps, npc] = ['', [], () => []]] = runtimes
    pair = await Pair.start(line, nps, npc)
  })
  afterAll(async () => {
    await pair.close()
    await target.kill()
    await line.close()
  })

  it('ends a resting stream after a minute, at both ends', { timeout: 100_000 }, async () => {
    const visitor = await Visitor.open(pair.port)
    await line.cut()
    const cutAt = performance.now()
    while (!visitor.ended) await delay(100)
    const afterMs = performance.now() - cutAt
    expect(afterMs).toBeGreaterThan(60_000)
    expect(afterMs).toBeLessThan(72_000)
    const targets = async () =>
      (await run('ip', ['netns', 'exec', line.lab, 'ss', '-Htn', 'state', 'established', 'dport = :7']))
        .stdout
    await expect.poll(targets, { timeout: 10_000 }).toBe('')
  })
})
