import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { sshdPath, startLocalSshd, type LocalSshd } from '../../harness/local-sshd.ts'
import { Program } from '../../harness/programs/program.ts'
import type { CutLine } from '../network/cut-line.ts'

/** A real sshd on the lab box of a line. */
export class LabSshd implements AsyncDisposable {
  static readonly port = 2022
  readonly #keys: LocalSshd
  readonly #daemon: Program

  private constructor(keys: LocalSshd, daemon: Program) {
    this.#keys = keys
    this.#daemon = daemon
  }

  static async start(line: CutLine): Promise<LabSshd> {
    const keys = await startLocalSshd({ config: ['ListenAddress 127.0.0.1'] })
    await chmod(join(keys.folder, 'user'), 0o600)
    const command = [sshdPath, '-D', '-e', '-p', `${LabSshd.port}`, '-f', join(keys.folder, 'sshd_config')]
    const [program, ...args] = line.inLab(command)
    const daemon = new Program(program, args, keys.folder)
    await daemon.says(/Server listening/)
    return new LabSshd(keys, daemon)
  }

  /** A shell there, by way of a port of this machine. */
  async shellThrough(port: number): Promise<TypedShell> {
    const { folder, user } = this.#keys
    const options = [
      'StrictHostKeyChecking=no',
      `UserKnownHostsFile=${folder}/known`,
      'ServerAliveInterval=0',
    ]
    const args = ['-F', 'none', '-tt', '-p', `${port}`, '-i', join(folder, 'user')]
    return TypedShell.open([
      ...args,
      ...options.flatMap((option) => ['-o', option]),
      `${user}@127.0.0.1`,
      'sh',
    ])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon.kill()
    await this.#keys.close()
  }
}

/** `ssh` in which somebody types. */
class TypedShell implements AsyncDisposable {
  readonly #ssh: ChildProcess
  #said = ''

  private constructor(ssh: ChildProcess) {
    this.#ssh = ssh
    for (const stream of [ssh.stdout, ssh.stderr])
      stream?.on('data', (text: Buffer) => {
        this.#said += text.toString()
        ssh.emit('said')
      })
    ssh.stdin?.on('error', () => undefined)
  }

  static async open(args: readonly string[]): Promise<TypedShell> {
    const shell = new TypedShell(spawn('ssh', args, { stdio: 'pipe' }))
    shell.type('echo begins-$((1 + 1))')
    await shell.says('begins-2')
    return shell
  }

  type(line: string): void {
    this.#ssh.stdin?.write(`${line}\n`)
  }

  /** Fulfils once it has printed so; rejects when ssh has ended. */
  async says(words: string): Promise<void> {
    const signal = AbortSignal.timeout(60_000)
    const ended = once(this.#ssh, 'exit', { signal }).then(() =>
      Promise.reject(new Error(`ssh has ended:\n${this.#said}`)),
    )
    ended.catch(() => undefined)
    while (!this.#said.includes(words)) await Promise.race([once(this.#ssh, 'said', { signal }), ended])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ssh.exitCode !== null || this.#ssh.signalCode !== null) return
    const exited = once(this.#ssh, 'exit')
    this.#ssh.kill('SIGKILL')
    await exited
  }
}
