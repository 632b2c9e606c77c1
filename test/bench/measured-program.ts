import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Command } from './place.ts'

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** One end of a pair: a process with whatever it starts. Its output is kept, to be shown when something fails. */
export class MeasuredProgram {
  readonly #child: ChildProcess
  readonly #name: string
  #output = ''

  constructor({ program, args }: Command, { cwd, home }: { cwd: string; home?: string }) {
    this.#name = program
    this.#child = spawn(program, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(home !== undefined && { env: { ...process.env, HOME: home } }),
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.#output = (this.#output + text.toString()).slice(-8_000)
        this.#child.emit('output')
      })
    }
    this.#child.on('error', (error) => {
      this.#output += error.message
    })
  }

  /** Rejects with all it has written after `timeoutMs`. */
  async says(pattern: RegExp, timeoutMs = 20_000): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!pattern.test(this.#output)) {
      await once(this.#child, 'output', { signal }).catch((cause: unknown) => {
        throw new Error(`${this.#name} did not say ${String(pattern)}:\n${this.#output}`, { cause })
      })
    }
  }

  /** Processor time that it and its children have used. */
  get processorSeconds(): number {
    return this.#sum((pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    })
  }

  get residentBytes(): number {
    return this.#sum((pid) => {
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
    })
  }

  /** Without what it shares with its program's file: those pages the system can take back at any time. */
  get ownBytes(): number {
    return this.#sum((pid) => {
      return (
        Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
      )
    })
  }

  get openDescriptors(): number {
    return this.#sum((pid) => readdirSync(`/proc/${pid}/fd`).length)
  }

  /** Ends it and its children at once, and waits until it is gone. */
  async kill(): Promise<void> {
    const pids = this.#pids()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    for (const pid of pids) tryKill(pid)
    await exited
  }

  #sum(of: (pid: number) => number): number {
    return this.#pids().reduce((sum, pid) => sum + (whileAlive(() => of(pid)) ?? 0), 0)
  }

  #pids(): number[] {
    const own = this.#child.pid
    if (own === undefined) return []
    const all = [own]
    for (const pid of all) {
      const children = whileAlive(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? ''
      all.push(...children.split(' ').filter(Boolean).map(Number))
    }
    return all
  }
}

/** Undefined when the process has ended meanwhile. */
function whileAlive<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

function tryKill(pid: number): void {
  whileAlive(() => process.kill(pid, 'SIGKILL'))
}
