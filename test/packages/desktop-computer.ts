import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { joinGroups, makeControlGroups, removeControlGroups } from '../testbed/machines/control-groups.ts'
import { runCommand } from '../testbed/run-command.ts'
import { DesktopProgram } from './desktop-program.ts'
import { ensureDesktopRoot, person } from './desktop-root.ts'

const packageTimeoutMs = 5 * 60_000

/**
 * A computer to install a package on, thrown away afterwards: the desktop root with a writable layer, entered by
 * systemd-nspawn, with this computer's network. It is not booted; each command is its first process.
 */
export class DesktopComputer {
  readonly #folder: string
  readonly #root: string
  /** Its own: one that ends takes the group away that it shares with others. */
  readonly #groups: readonly string[]

  private constructor(folder: string, root: string, groups: readonly string[]) {
    this.#folder = folder
    this.#root = root
    this.#groups = groups
  }

  static async create(): Promise<DesktopComputer> {
    const lower = await ensureDesktopRoot()
    const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-computer-'))
    const [upper, work, root] = [join(folder, 'upper'), join(folder, 'work'), join(folder, 'root')]
    for (const one of [upper, work, root]) await mkdir(one, { mode: 0o755 })
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`
    await runCommand('mount', ['-t', 'overlay', '-o', options, 'overlay', root])
    return new DesktopComputer(folder, root, await makeControlGroups(basename(folder)))
  }

  /** Copies a file into `/root` and answers where it is there. */
  async bring(file: string): Promise<string> {
    await cp(file, join(this.#root, 'root', basename(file)))
    return join('/root', basename(file))
  }

  /** Runs a command as root to its end. */
  async run(...command: string[]): Promise<string> {
    return await runCommand('sh', [...this.#entering('root'), ...command], {
      timeoutMs: packageTimeoutMs,
    })
  }

  /** All files, with type and mode, but for what changes by itself: logs, caches, and the package program's own notes. */
  async files(): Promise<string[]> {
    const changing = [
      'var/lib/dpkg',
      'var/lib/rpm',
      'var/lib/apt',
      'var/log',
      'var/cache',
      'root',
      'home',
      'tmp',
    ]
    const isChanging = changing.flatMap((path) => ['-path', `${this.#root}/${path}`, '-o'])
    // dpkg and rpm take an empty /opt away
    const isEmptyOpt = ['-path', `${this.#root}/opt`, '-empty']
    const skipped = ['(', ...isChanging, ...isEmptyOpt, ')', '-prune', '-o']
    const text = await runCommand('find', [this.#root, '-xdev', ...skipped, '-printf', '%M %P\\n'])
    return text.split('\n').sort()
  }

  /** Starts a program as the person at the computer, on a screen without a display. */
  start(command: readonly string[]): DesktopProgram {
    const screen = ['xvfb-run', '--auto-servernum', '--server-args=-screen 0 1280x900x24']
    return new DesktopProgram(
      // the X server does not tell its parent that it is ready if that is the first process of all
      spawn('sh', [...this.#entering(person), '--as-pid2', ...screen, ...command], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeControlGroups(basename(this.#folder))
    await runCommand('umount', [this.#root])
    await rm(this.#folder, { recursive: true, force: true })
  }

  #entering(user: string): string[] {
    return [
      ...joinGroups(this.#groups),
      'systemd-nspawn',
      '--quiet',
      `--directory=${this.#root}`,
      `--machine=${basename(this.#folder)}`,
      `--user=${user}`,
      '--register=no',
      '--keep-unit',
      '--settings=no',
      '--link-journal=no',
      '--resolv-conf=off',
      '--timezone=off',
      '--pipe',
      '--setenv=LANGUAGE=en',
      '--setenv=DEBIAN_FRONTEND=noninteractive',
    ]
  }
}
