import { Signal, type Clock } from '@nps-desktop/relay-core/async'
import type {
  ErrorCode,
  MachineRef,
  OutputPlace,
  Terminal,
  TerminalOutput,
  TerminalSize,
  TerminalState,
} from '@nps-desktop/electron/contract'
import { failureOfError } from '../failures/failure-of-error.ts'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import { type OpenShell, openShell, type ShellEnd } from './open-shell.ts'
import { OutputTail } from './output-tail.ts'
import { retryDelayMs } from './retry-delay.ts'

/** What a change of network, or time, can put right. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'ssh-unreachable',
  'ssh-refused',
  'ssh-timeout',
  'ssh-private-network',
  'ssh-unknown-host',
  'ssh-lost',
  'ssh-jump-failed',
  'laptop-offline',
  'timeout',
] satisfies ErrorCode[])

/** Ends whatever the last connection broke off in the middle of, and what programs had switched on. */
const softReset =
  '\u0018\u001b[!p\u001b[?1049l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[0m'

export interface TabOptions {
  readonly id: string
  readonly machine: MachineRef
  readonly size: TerminalSize
  /** Its shell is there already. */
  readonly isKept: boolean
  readonly sessions: Pick<MachineSessions, 'use'>
  readonly clock: Clock
  /** The person wants shells to be kept. */
  readonly wantsKept: () => boolean
  readonly onChange: (tab: TerminalTab) => void
}

/** One tab: a shell on a machine through all its connections, and what it has printed. */
export class TerminalTab {
  readonly id: string
  readonly machine: MachineRef
  readonly #options: TabOptions
  readonly #tail = new OutputTail()
  readonly #hurry = new Signal()
  readonly #stop = new AbortController()
  #size: TerminalSize
  #state: TerminalState = { state: 'resting' }
  #keeper: Terminal['keeper']
  #user: string | null = null
  #shell: OpenShell | null = null
  #running: Promise<void> | null = null
  /** The next connection is a person's wish: what the machine asks may be put to them. */
  #asks = false
  /** Sent since the shell was last heard; see the contract. */
  #unanswered = 0

  constructor(options: TabOptions) {
    this.#options = options
    this.id = options.id
    this.machine = options.machine
    this.#size = options.size
    this.#keeper = options.isKept ? 'tmux' : null
  }

  get value(): Terminal {
    const { id, machine } = this
    return { id, machine, state: this.#state, keeper: this.#keeper, user: this.#user }
  }

  /** Its shell outlives its connections. */
  get isKept(): boolean {
    return this.#keeper === 'tmux' || this.#keeper === 'login'
  }

  /** Begins, or begins again after an end; nothing while it goes on. `asks`: see `MachineSessions.use`. */
  start({ asks }: { asks: boolean }): void {
    if (this.#running !== null || this.#stop.signal.aborted) return
    this.#asks = asks
    if (this.#state.state === 'ended') {
      this.#tail.push(`${softReset}\r\n`)
      // one that was taken over is still there
      if (this.#state.why !== 'taken') this.#keeper = null
    }
    this.#set({ state: 'opening', sinceMs: this.#options.clock.now() })
    this.#running = this.#run().finally(() => (this.#running = null))
  }

  /** Skips the wait before the next try. */
  hurry({ asks }: { asks: boolean }): void {
    this.#asks ||= asks
    this.#hurry.emit()
  }

  /** What it prints; the first who looks wakes one that rests. */
  read(from: OutputPlace | null, signal: AbortSignal): AsyncGenerator<TerminalOutput, void, void> {
    if (this.#state.state === 'resting') this.start({ asks: true })
    return this.#tail.read(from, AbortSignal.any([signal, this.#stop.signal]))
  }

  acknowledge(place: OutputPlace): void {
    this.#tail.acknowledge(place)
  }

  /** False: nobody is there to take it. */
  async write(text: string): Promise<boolean> {
    if (this.#shell === null) return false
    this.#unanswered += text.length
    await this.#shell.write(text)
    return true
  }

  resize(size: TerminalSize): void {
    this.#size = size
    this.#shell?.resize(size)
  }

  /** Hangs up; a kept shell goes on. Fulfils when nothing of it runs here any more. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#shell?.close()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failed = 0
    while (!signal.aborted) {
      const sinceMs = this.#options.clock.now()
      let failure
      try {
        const end = await this.#connect(() => (failed = 0))
        if (end === null || signal.aborted) return
        if (end.why !== 'lost') return this.#end(end.why, end.exitCode)
        if (!this.isKept) return this.#end('connection', null)
        failure = end.error.toFailure()
      } catch (error) {
        if (signal.aborted) return
        failure = failureOfError(error)
        if (!passing.has(failure.code)) return this.#set({ state: 'failed', failure })
      }
      const lostAtMs =
        this.#state.state === 'lost' ? this.#state.sinceMs : Math.max(sinceMs, this.#options.clock.now())
      const delayMs = retryDelayMs(failed++)
      const lost = { state: 'lost', sinceMs: lostAtMs, failure, unanswered: this.#unanswered } as const
      this.#set({ ...lost, retryAtMs: this.#options.clock.now() + delayMs })
      await this.#pause(delayMs)
      this.#set({ ...lost, retryAtMs: null })
    }
  }

  /** One connection; null: the shell was not there any more, and that is told. */
  async #connect(onOpen: () => void): Promise<ShellEnd | null> {
    const { sessions, clock, wantsKept } = this.#options
    const { signal } = this.#stop
    const asks = this.#asks
    this.#asks = false
    using use = await sessions.use(this.machine, { signal, asks })
    const { session } = use
    const size = this.#size
    const keep = this.isKept || wantsKept()
    const shell = await openShell(
      session,
      {
        terminalId: this.id,
        how: this.isKept ? 'again' : 'new',
        keep,
        withHistory: this.#tail.end === 0,
        size,
      },
      { asks, clock, signal },
    )
    try {
      if (shell.keeping === 'gone') {
        this.#end('gone', null)
        return null
      }
      onOpen()
      this.#shell = shell
      this.#keeper = shell.keeping === 'nobody' ? (keep ? 'noTmux' : 'unwanted') : shell.keeping
      this.#user = session.address.user
      // it may have changed while the connection was made
      if (this.#size !== size) shell.resize(this.#size)
      if (this.#tail.end > 0) this.#tail.push(softReset)
      this.#unanswered = 0
      this.#set({ state: 'open', sinceMs: clock.now() })
      return await shell.pour(async (text) => {
        this.#unanswered = 0
        this.#tail.push(text)
        await this.#tail.room(signal)
      })
    } finally {
      this.#shell = null
      shell.close()
    }
  }

  #end(why: Extract<TerminalState, { state: 'ended' }>['why'], exitCode: number | null): void {
    this.#set({ state: 'ended', atMs: this.#options.clock.now(), why, exitCode })
  }

  #set(state: TerminalState): void {
    if (this.#stop.signal.aborted) return
    this.#state = state
    this.#options.onChange(this)
  }

  /** Until the time is up, somebody is in a hurry, or the tab is closed. */
  #pause(delayMs: number): Promise<void> {
    const { signal } = this.#stop
    return new Promise((resolve) => {
      const done = (): void => {
        timer[Symbol.dispose]()
        hurry[Symbol.dispose]()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = this.#options.clock.after(delayMs, done)
      const hurry = this.#hurry.subscribe(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
