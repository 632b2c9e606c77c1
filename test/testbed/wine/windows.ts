import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { Program } from '../../harness/programs/program.ts'
import { type CommandResult, tryCommand } from '../run-command.ts'
import { ensureWineRoot, wineEnvironment } from './wine-root.ts'

const repository = resolve(import.meta.dirname, '../../..')
const namespaces = ['--mount', '--pid', '--fork', '--kill-child']
const script = (name: string) => resolve(import.meta.dirname, name)

/**
 * A Windows system by wine, as new: it sees this computer's network, the repository and the folder for temporary files
 * at their own paths on drive Z, and whatever else it writes is gone when it is closed, with every process in it.
 */
export class Windows {
  readonly #system: ChildProcess
  readonly #env: NodeJS.ProcessEnv

  private constructor(system: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#system = system
    this.#env = env
  }

  static async start(): Promise<Windows> {
    const root = await ensureWineRoot()
    const folders = [...new Set([repository, tmpdir()])].filter((path) => path !== '/tmp')
    const system = spawn(
      'unshare',
      [...namespaces, script('wine-system.sh'), script('wine-mounts.sh'), root, ...folders],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    )
    await saysReady(system)
    // the script is the only child, and the first process of its namespace
    const children = await readFile(`/proc/${system.pid}/task/${system.pid}/children`, 'utf8')
    return new Windows(system, {
      ...process.env,
      ...wineEnvironment,
      NPS_WINE_SYSTEM: children.trim(),
    })
  }

  /** What `executable` needs in its environment. */
  get env(): NodeJS.ProcessEnv {
    return this.#env
  }

  /** Runs, with `env`, the Windows program that is its first argument, a path of this computer. */
  readonly executable: string = script('run-in-wine.sh')

  /** Runs a program to its end; it is killed after `timeoutMs`, 60 s unless told. */
  async run(
    program: string,
    args: readonly string[] = [],
    { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
  ): Promise<CommandResult> {
    return await tryCommand(this.executable, [program, ...args], { env: this.#env, timeoutMs })
  }

  /** Starts a program in `folder`. It ends with `kill()`, or with this. */
  launch(program: string, args: readonly string[], folder: string): Program {
    return new Program(this.executable, [program, ...args], folder, this.#env)
  }

  async close(): Promise<void> {
    if (this.#system.exitCode !== null || this.#system.signalCode !== null) return
    const ended = once(this.#system, 'close')
    this.#system.stdin?.end()
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** A path of this computer as Windows programs there write it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`
}

/** A mount takes milliseconds; a busy computer may let it wait. */
const startTimeoutMs = 30_000

async function saysReady(system: ChildProcess): Promise<void> {
  let output = ''
  await new Promise<void>((fulfil, reject) => {
    const fail = (why: string) => reject(new Error(`The Windows system did not start: ${why}\n${output}`))
    const timer = setTimeout(() => {
      fail(`nothing for ${startTimeoutMs} ms`)
      system.kill('SIGKILL')
    }, startTimeoutMs)
    system.once('error', (error) => fail(error.message))
    system.once('close', (code) => fail(`ended with ${code}`))
    system.stderr?.on('data', (text: Buffer) => (output += text.toString()))
    system.stdout?.on('data', (text: Buffer) => {
      output += text.toString()
      if (!output.includes('ready\n')) return
      clearTimeout(timer)
      fulfil()
    })
  })
}
