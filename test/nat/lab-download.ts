import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { until } from '../../relay-core/src/async/wait/until.ts'
import { untilSettled } from '../../relay-core/src/async/wait/until-settled.ts'

const megabyte = 1024 * 1024

/** What a program at a place of the NAT lab writes, counted and hashed as it comes. */
export class LabDownload implements AsyncDisposable {
  readonly #command: string
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #hash = createHash('sha256')
  readonly #waiting = new Set<() => void>()
  #bytes = 0

  constructor({ file, args }: { file: string; args: readonly string[] }) {
    this.#command = [file, ...args].join(' ')
    this.#child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#ended = once(this.#child, 'close')
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      for (const look of this.#waiting) look()
    })
  }

  /** Fulfils once this many megabytes have come in all. */
  arrived(megabytes: number): Promise<void> {
    return untilSettled(
      (resolve) => {
        const look = () => {
          if (this.#bytes >= megabytes * megabyte) resolve()
        }
        this.#waiting.add(look)
        look()
        return () => this.#waiting.delete(look)
      },
      { timeoutMs: 60_000, onTimeout: () => new Error(`${this.#bytes} bytes, not ${megabytes} MiB`) },
    )
  }

  /** Once the program has ended; rejects where it has not in time. */
  async whole({ timeoutMs = 60_000 } = {}): Promise<{
    exitCode: number | null
    bytes: number
    sha256: string
  }> {
    const onTimeout = () =>
      new Error(`${this.#command} has not ended after ${timeoutMs} ms, with ${this.#bytes} bytes`)
    await until(this.#ended, { timeoutMs, onTimeout })
    return { exitCode: this.#child.exitCode, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
