import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { DatagramCommands } from './load/load-datagrams.ts'
import type { TargetCommands } from './load/load-target.ts'
import type { VisitorCommands } from './load/load-visitor.ts'
import type { Command } from './place.ts'

type Argument<F> = F extends (argument: infer A) => unknown ? A : never
type Answer<F> = F extends (...all: never) => infer R ? Awaited<R> : never

/**
 * One of load/*.ts: plain Node with large buffers, in a process of its own so that neither the bench nor the other end of a
 * copy takes its time. How fast it can be is the row `direct`.
 */
export class LoadProcess<Commands> {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #lastCall = 0

  private constructor(script: string, { program, args }: Command) {
    this.#child = spawn(program, [...args, fileURLToPath(new URL(`load/${script}`, import.meta.url))], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (message) => {
      const { call, result, failure } = message as { call: number; result: unknown; failure?: string }
      const pending = this.#pending.get(call)
      this.#pending.delete(call)
      if (failure === undefined) pending?.resolve(result)
      else pending?.reject(new Error(failure))
    })
    this.#child.once('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error(`${script} has ended`))
    })
  }

  /** `inPlace` says how a program is started where this one is to run. */
  static target(inPlace: (command: Command) => Command): LoadProcess<TargetCommands> {
    return new LoadProcess('load-target.ts', inPlace({ program: process.execPath, args: [] }))
  }

  static visitor(inPlace: (command: Command) => Command): LoadProcess<VisitorCommands> {
    return new LoadProcess('load-visitor.ts', inPlace({ program: process.execPath, args: [] }))
  }

  static datagrams(inPlace: (command: Command) => Command): LoadProcess<DatagramCommands> {
    return new LoadProcess('load-datagrams.ts', inPlace({ program: process.execPath, args: [] }))
  }

  /** Rejects after `timeoutMs` without an answer. */
  call<Name extends keyof Commands & string>(
    command: Name,
    argument: Argument<Commands[Name]> extends never ? undefined : Argument<Commands[Name]>,
    timeoutMs = 30_000,
  ): Promise<Answer<Commands[Name]>> {
    this.#lastCall += 1
    const call = this.#lastCall
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(call)
        reject(new Error(`${command}: no answer within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      this.#pending.set(call, {
        resolve: (value) => {
          clearTimeout(timer)
          resolve(value as Answer<Commands[Name]>)
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      })
      this.#child.send({ call, command, argument })
    })
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}
