import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { openDescriptors, residentBytes } from '../../harness/programs/process-facts.ts'

type Event = Record<string, unknown> & { event: string }

/** A process under test that speaks lines of JSON. Its log is kept, to be shown when something fails. */
export class Spawned {
  readonly #child: ChildProcess
  readonly #events: Event[] = []
  readonly #waiting = new Set<(event: Event) => void>()
  #log = ''
  #lastCall = 0

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-8_000)
    })
    if (!this.#child.stdout) throw new Error('no standard output')
    createInterface(this.#child.stdout).on('line', (line) => {
      const event = JSON.parse(line) as Event
      this.#events.push(event)
      for (const waiting of this.#waiting) waiting(event)
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get log(): string {
    return this.#log
  }

  /** How many events there have been: where to wait from for one that is still to come. */
  get now(): number {
    return this.#events.length
  }

  /** The first event since `from` that matches; it may have come already. */
  async event(matches: (event: Event) => boolean, { from = 0, timeoutMs = 15_000 } = {}): Promise<Event> {
    const past = this.#events.slice(from).find(matches)
    if (past) return past
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(onEvent)
        const last = JSON.stringify(this.#events.slice(-5))
        reject(new Error(`no such event within ${timeoutMs} ms; the last ones: ${last}\n${this.#log}`))
      }, timeoutMs)
      const onEvent = (event: Event) => {
        if (!matches(event)) return
        clearTimeout(timer)
        this.#waiting.delete(onEvent)
        resolve(event)
      }
      this.#waiting.add(onEvent)
    })
  }

  /** Asks and waits for the answer; rejects with the failure's code. */
  async call<T>(command: string, argument: object): Promise<T> {
    this.#lastCall += 1
    const call = this.#lastCall
    this.#child.stdin?.write(`${JSON.stringify({ call, command, argument })}\n`)
    const { result, failure } = await this.event(
      (event) => event['event'] === 'answer' && event['call'] === call,
      {
        timeoutMs: 25_000,
      },
    )
    if (failure !== undefined) throw new Error(String(failure))
    return result as T
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it at once and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  get openDescriptors(): number {
    return openDescriptors(this.pid)
  }

  get residentBytes(): number {
    return residentBytes(this.pid)
  }
}
