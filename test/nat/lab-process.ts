import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { untilSettled } from '../../relay-core/src/async/wait/until-settled.ts'

/** A program at a place of the NAT lab that talks in lines of JSON. */
export class NatLabProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: Record<string, unknown>[] = []
  readonly #waiting = new Set<() => void>()

  constructor({ file, args }: { file: string; args: readonly string[] }) {
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    if (!this.#child.stdout) throw new Error('no output')
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Record<string, unknown>)
      for (const look of this.#waiting) look()
    })
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** The first line that has this field. */
  heard(field: string): Promise<Record<string, unknown>> {
    return untilSettled(
      (resolve) => {
        const look = () => {
          const found = this.#lines.find((line) => field in line)
          if (found) resolve(found)
        }
        this.#waiting.add(look)
        look()
        return () => this.#waiting.delete(look)
      },
      { timeoutMs: 60_000, onTimeout: () => new Error(`no ${field} but ${JSON.stringify(this.#lines)}`) },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }
}
