import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openDescriptors, residentBytes } from '../../harness/programs/process-facts.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import type { ProcessFacts, StreamPair } from './suite-pair.ts'

const run = promisify(execFile)
const vkey = 'a-key-for-tests-0123456789abcdef'

/** nps and npc as they are shipped, driven as a person at a shell would. */
export class ProgramPair implements StreamPair {
  readonly relay: ProcessFacts
  readonly agent: ProcessFacts
  readonly #nps: string
  readonly #folder: string
  readonly #children: readonly ChildProcess[]
  /** The relay gives tunnels numbers of its own. */
  readonly #tunnelIds = new Map<number, number>()

  private constructor(nps: string, folder: string, relay: ChildProcess, agent: ChildProcess) {
    this.#nps = nps
    this.#folder = folder
    this.#children = [relay, agent]
    this.relay = factsOf(relay)
    this.agent = factsOf(agent)
  }

  /** `nps` and `npc`: paths of the programs. Both are up and have found each other. */
  static async start(nps: string, npc: string): Promise<ProgramPair> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-programs-'))
    const port = await freePort()
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=127.0.0.1\nbridge_port=${port}\nweb_port=\nallow_ports=\n`,
    )
    const relay = spawn(nps, [`-conf_path=${folder}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    await output(relay, /nps runs/)
    await run(nps, ['client', 'add', '-name=lab', `-vkey=${vkey}`, `-conf_path=${folder}`])
    const agent = spawn(
      npc,
      [`-server=127.0.0.1:${port}`, `-vkey=${vkey}`, `-conf_path=${join(folder, 'npc')}`],
      {
        cwd: folder,
        env: { ...process.env, HOME: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    await output(relay, /agent online/)
    return new ProgramPair(nps, folder, relay, agent)
  }

  async open(id: number, target: number | string): Promise<number> {
    const address = typeof target === 'number' ? `127.0.0.1:${target}` : target
    const port = await freePort()
    const args = ['add', '-client=1', '-mode=tcp', `-port=${port}`, `-target=${address}`]
    const tunnel = (await this.#tunnel(args)) as { id: number }
    this.#tunnelIds.set(id, tunnel.id)
    return port
  }

  async counters(id: number): Promise<{ downBytes: number; upBytes: number; connections: number }> {
    const tunnels = (await this.#tunnel(['list'])) as {
      id: number
      downBytes: number
      upBytes: number
      connections: number
    }[]
    const tunnel = tunnels.find((one) => one.id === this.#tunnelIds.get(id))
    if (!tunnel) throw new Error(`there is no tunnel ${id}`)
    const { downBytes, upBytes, connections } = tunnel
    return { downBytes, upBytes, connections }
  }

  async probe(id: number): ReturnType<StreamPair['probe']> {
    const args = ['probe', `-id=${String(this.#tunnelIds.get(id))}`]
    return (await this.#tunnel(args)) as Awaited<ReturnType<StreamPair['probe']>>
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    }
    await rm(this.#folder, { recursive: true })
  }

  /** The answer of `nps tunnel …`, which is on standard output also where the exit code tells of a failed probe. */
  async #tunnel(args: readonly string[]): Promise<unknown> {
    const all = ['tunnel', ...args, '-json', `-conf_path=${this.#folder}`]
    try {
      return JSON.parse((await run(this.#nps, all)).stdout)
    } catch (error) {
      const { stdout } = error as { stdout?: string }
      if (!stdout) throw error
      return JSON.parse(stdout)
    }
  }
}

function factsOf({ pid = 0 }: ChildProcess): ProcessFacts {
  return {
    get residentBytes() {
      return residentBytes(pid)
    },
    get openDescriptors() {
      return openDescriptors(pid)
    },
  }
}

/** Fulfils when the program has written what matches; rejects with all it has written after 20 s or at its end. */
function output(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const fail = () => reject(new Error(`no ${String(pattern)} in:\n${text}`))
    const timer = setTimeout(fail, 20_000)
    child.once('exit', fail)
    const onText = (chunk: Buffer) => {
      text += chunk.toString()
      if (!pattern.test(text)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout?.on('data', onText)
    child.stderr?.on('data', onText)
  })
}
