import { createHash } from 'node:crypto'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Bed } from '../../testbed/bed.ts'
import { expect } from '../bed-fixture.ts'

/** The file in the researcher's home that ends a copy. */
export const enough = '/home/researcher/enough'

/** A copy from the lab box by ssh, some megabytes a second of random bytes, until there is a file `enough`. */
export class CopyBySsh implements AsyncDisposable {
  readonly #ssh: ChildProcess
  readonly #hash = createHash('sha256')
  #bytes = 0
  #hasEnded = false

  constructor({ key, accounts: { researcher } }: Bed, port: number) {
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'BatchMode=yes',
      'LogLevel=ERROR',
    ]
    const source = `while [ ! -e ${enough} ]; do head -c 200000 /dev/urandom; sleep 0.05; done | tee sent`
    this.#ssh = spawn(
      'ssh',
      [
        ...options.flatMap((option) => ['-o', option]),
        '-F',
        'none',
        '-i',
        key.file,
        '-p',
        String(port),
        `${researcher.user}@127.0.0.1`,
        source,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    this.#ssh.stdout?.on('data', (bytes: Buffer) => {
      this.#bytes += bytes.length
      this.#hash.update(bytes)
    })
    this.#ssh.once('close', () => (this.#hasEnded = true))
  }

  /** Waits until this many bytes more have arrived. */
  async grows(bytes: number): Promise<void> {
    const until = this.#bytes + bytes
    await expect.poll(() => this.#bytes, { timeout: 60_000 }).toBeGreaterThan(until)
  }

  /** Of all that has arrived, once the other end has said that this is all. */
  async sha256(): Promise<string> {
    await expect.poll(() => this.#hasEnded, { timeout: 60_000 }).toBe(true)
    expect(this.#ssh.exitCode).toBe(0)
    return this.#hash.digest('hex')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ssh.exitCode !== null || this.#ssh.signalCode !== null) return
    const ended = once(this.#ssh, 'exit')
    this.#ssh.kill()
    await ended
  }
}
