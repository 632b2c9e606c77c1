import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Transfer } from '@nps-desktop/electron/contract'

export interface AppFilesOptions {
  /** `folder`: with its host key and the key `user` that it lets in. */
  readonly sshd: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly folder: string
  }
  readonly downloads: string
  /** The folder of the app's data. */
  readonly data: string
}

export interface AppFilesCopy {
  readonly direction: 'up' | 'down'
  /** On the lab box. */
  readonly folder: string
  /** Paths of this machine for `up`, names in `folder` for `down`. */
  readonly names: readonly string[]
}

const script = join(import.meta.dirname, 'app-files-process.ts')

/** The part `files` of the app in a process of its own: it can be killed, and shares no processor time with who measures it. */
export class AppFiles implements AsyncDisposable {
  readonly #child: ChildProcess
  #transfers: readonly Transfer[] = []

  /** `wrap`: how a program is started where this one is to be. */
  constructor(
    options: AppFilesOptions,
    wrap: (command: { program: string; args: readonly string[] }) => {
      program: string
      args: readonly string[]
    } = (command) => command,
  ) {
    const { program, args } = wrap({ program: process.execPath, args: [script, JSON.stringify(options)] })
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    if (!this.#child.stdout) throw new Error('it has no output')
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#transfers = JSON.parse(line) as Transfer[]
      this.#child.emit('told')
    })
  }

  start(copy: AppFilesCopy): void {
    this.#child.stdin?.write(`${JSON.stringify(copy)}\n`)
  }

  /** The transfers once they are as `isSo` says. */
  async where(isSo: (all: readonly Transfer[]) => boolean, timeoutMs: number): Promise<readonly Transfer[]> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!isSo(this.#transfers)) {
      if (this.#child.exitCode !== null) throw new Error(`it has ended with ${this.#child.exitCode}`)
      await once(this.#child, 'told', { signal })
    }
    return this.#transfers
  }

  /** As a power cut does it: nothing is told to stop. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
