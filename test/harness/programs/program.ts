import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A program under test. What it writes is kept, to be waited for and to be shown when something fails. */
export class Program {
  readonly #child: ChildProcess
  #output = ''
  #written = 0
  readonly args: readonly string[]

  constructor(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
    this.args = args
    this.#child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.#written += text.toString().length
        this.#output = (this.#output + text.toString()).slice(-16_000)
        this.#child.emit('output')
      })
    }
    this.#child.once('exit', () => this.#child.emit('output'))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get output(): string {
    return this.#output
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** How much it has written: from where to look for what it is still to say. */
  get written(): number {
    return this.#written
  }

  /** Rejects with all it has written when it has not said so in time, or has ended. */
  async says(pattern: RegExp, { timeoutMs = 15_000, from = 0 } = {}): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    const news = () => this.#output.slice(Math.max(0, from - (this.#written - this.#output.length)))
    while (!pattern.test(news())) {
      if (!this.isRunning) throw new Error(`ended before it said ${pattern}:\n${this.#output}`)
      await once(this.#child, 'output', { signal }).catch((cause: unknown) => {
        throw new Error(`did not say ${pattern} within ${timeoutMs} ms:\n${this.#output}`, { cause })
      })
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Fulfils with its exit code once it has ended by itself. */
  async ended(): Promise<number | null> {
    if (this.isRunning) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  /** Ends it at once and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.isRunning) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}
