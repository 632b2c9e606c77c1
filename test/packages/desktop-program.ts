import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

const lineTimeoutMs = 60_000

/** A program that a person has started, and what it has written so far. */
export class DesktopProgram {
  said = ''
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #exited: Promise<unknown>

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#child = child
    this.#exited = once(child, 'exit')
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.said += text))
  }

  /** The first group of a pattern, as soon as the program has written it. Rejects when it ends before, or after a minute. */
  async line(pattern: RegExp): Promise<string> {
    const signal = AbortSignal.timeout(lineTimeoutMs)
    const found = () => pattern.exec(this.said)?.[1]
    while (found() === undefined && this.#child.exitCode === null)
      await Promise.race([
        once(this.#child.stdout, 'data', { signal }),
        once(this.#child.stderr, 'data', { signal }),
        once(this.#child, 'exit', { signal }),
      ]).catch((error: unknown) => {
        throw new Error(`${pattern} was not written in time:\n${this.said}`, { cause: error })
      })
    const text = found()
    if (text === undefined) throw new Error(`The program has ended:\n${this.said}`)
    return text
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // systemd-nspawn passes it on, and ends all that is left after its first process
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM')
    await this.#exited
  }
}
