import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pinnedPackages } from '../../../build/pinned-package.ts'
import { Program } from '../../harness/programs/program.ts'
import { type CommandResult, runCommand, tryCommand } from '../run-command.ts'
import { ensureWineRoot, wineEnvironment, winePrefix } from './wine-root.ts'

const repository = resolve(import.meta.dirname, '../../..')
const namespaces = ['--mount', '--pid', '--fork', '--kill-child']
const script = (name: string) => resolve(import.meta.dirname, name)

/** Where a person's own part of the registry says what is started at logon. */
export const runKey = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`

/**
 * A Windows system by wine, as new: it sees this computer's network, the repository, the pinned packages of npm and the
 * folder for temporary files at their own paths on drive Z. Whatever else it writes is gone when it is closed, with every
 * process in it.
 */
export class Windows {
  readonly #system: ChildProcess
  readonly #root: string
  readonly #env: Readonly<Record<string, string>>
  readonly #overlays = new Set<string>()

  private constructor(system: ChildProcess, root: string, env: Record<string, string>) {
    this.#system = system
    this.#root = root
    this.#env = env
  }

  static async start(): Promise<Windows> {
    const root = await ensureWineRoot()
    await mkdir(pinnedPackages, { recursive: true })
    const folders = [...new Set([repository, pinnedPackages, tmpdir()])].filter((path) => path !== '/tmp')
    const system = spawn(
      'unshare',
      [...namespaces, script('wine-system.sh'), script('wine-mounts.sh'), root, ...folders],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...wineEnvironment } },
    )
    await saysReady(system)
    // the script is the only child, and the first process of its namespace
    const children = await readFile(`/proc/${system.pid}/task/${system.pid}/children`, 'utf8')
    return new Windows(system, root, {
      ...wineEnvironment,
      NPS_WINE_SYSTEM: children.trim(),
    })
  }

  /** What to add to the environment in which `executable` runs `program`: a path of this computer or a program of Windows. */
  environmentOf(program: string): Record<string, string> {
    return { ...this.#env, NPS_WINE_PROGRAM: program }
  }

  /**
   * What lies at `path` of drive C, as in `users/root`, as this computer reads and changes it: no program of Windows notices.
   */
  onDriveC(path: string): string {
    return join('/proc', this.#env['NPS_WINE_SYSTEM'] ?? '', 'root', winePrefix, 'drive_c', path)
  }

  /** Runs a Windows program with the arguments of its own. */
  readonly executable: string = script('run-in-wine.sh')

  /**
   * Shows the layers as one folder, the topmost first, at a path that is only there. What is written there is gone with
   * this system. Does nothing when there is one at that path.
   */
  async overlay(path: string, layers: readonly string[]): Promise<void> {
    if (this.#overlays.has(path)) return
    const own = join(this.#root, 'mnt', 'layers', path)
    const [upper, work, merged] = [join(own, 'upper'), join(own, 'work'), join(this.#root, 'mnt/root', path)]
    const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`
    const pid = this.#env['NPS_WINE_SYSTEM'] ?? ''
    const inside = async (...command: string[]) =>
      await runCommand('nsenter', ['--target', pid, '--mount', ...command])
    await inside('mkdir', '-p', upper, work, merged)
    await inside('mount', '-t', 'overlay', '-o', options, 'overlay', merged)
    this.#overlays.add(path)
  }

  /** Runs a program in `folder` to its end; it is killed after `timeoutMs`, three minutes unless told. */
  async run(
    program: string,
    args: readonly string[] = [],
    { timeoutMs = 180_000, folder = '/' }: { timeoutMs?: number; folder?: string } = {},
  ): Promise<CommandResult> {
    const env = { ...process.env, ...this.environmentOf(program), NPS_WINE_FOLDER: folder }
    return await tryCommand(this.executable, args, { env, timeoutMs })
  }

  /** Starts a program in `folder`. It ends with `kill()`, or with this. */
  launch(program: string, args: readonly string[], folder: string): Program {
    return new Program(this.executable, args, folder, { ...process.env, ...this.environmentOf(program) })
  }

  /** A value of the registry's key, by its name or the one that has none; null where there is none. */
  async registered(key: string, name: string | null = null): Promise<string | null> {
    const wanted = name === null ? ['/ve'] : ['/v', name]
    const { exitCode, stdout } = await this.run('reg', ['query', key, ...wanted])
    return exitCode === 0 ? (/ REG_\w+ +(.*?)\r?$/m.exec(stdout)?.[1] ?? '') : null
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
