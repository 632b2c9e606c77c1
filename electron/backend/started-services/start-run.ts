import { startStepIds, type ServiceStart, type StartStepId } from '@nps-desktop/electron/contract'
import type { Clock, Feed } from '@nps-desktop/relay-core/async'
import { failureOfError } from '../failures/failure-of-error.ts'

/** One step, run in order; throws to fail. */
export type StartSteps = Readonly<Record<StartStepId, (signal: AbortSignal) => Promise<void>>>

/** One start; its state is told in the lab box's feed. */
export class StartRun {
  #value: ServiceStart
  readonly #feed: Feed<ServiceStart | null>
  readonly #clock: Clock
  readonly #stop = new AbortController()

  constructor(
    start: Pick<ServiceStart, 'what' | 'port' | 'environment' | 'folder' | 'keptBy' | 'restarts'>,
    {
      leaveOut,
      feed,
      clock,
    }: { leaveOut: readonly StartStepId[]; feed: Feed<ServiceStart | null>; clock: Clock },
  ) {
    this.#clock = clock
    this.#feed = feed
    const ids = startStepIds.filter((id) => !leaveOut.includes(id))
    const steps = ids.map((id) => ({ id, state: 'waiting' as const, startedAtMs: null, tookMs: null }))
    this.#value = { ...start, state: 'running', steps, log: [], tunnelId: null, failure: null }
    feed.set(this.#value)
  }

  get isRunning(): boolean {
    return this.#value.state === 'running'
  }

  cancel(): void {
    this.#stop.abort()
  }

  /** What is known besides the steps. */
  tell(part: Pick<Partial<ServiceStart>, 'log' | 'tunnelId'>): void {
    this.#set(part)
  }

  /** Runs the steps; `undo` takes back what was done when one fails or the start is called off, and never throws. */
  async run(steps: StartSteps, undo: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop
    for (const { id } of this.#value.steps) {
      const startedAtMs = this.#clock.now()
      this.#step(id, { state: 'running', startedAtMs })
      try {
        signal.throwIfAborted()
        await steps[id](signal)
        signal.throwIfAborted()
        this.#step(id, { state: 'done', tookMs: this.#clock.now() - startedAtMs })
      } catch (error) {
        const isCancelled = signal.aborted
        this.#step(id, {
          state: isCancelled ? 'waiting' : 'failed',
          tookMs: this.#clock.now() - startedAtMs,
        })
        await undo()
        const failure = isCancelled ? null : failureOfError(error)
        this.#set({ state: isCancelled ? 'cancelled' : 'failed', failure, tunnelId: null })
        return
      }
    }
    this.#set({ state: 'done' })
  }

  #step(id: StartStepId, change: Partial<ServiceStart['steps'][number]>): void {
    this.#set({ steps: this.#value.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) })
  }

  #set(part: Partial<ServiceStart>): void {
    this.#value = { ...this.#value, ...part }
    this.#feed.set(this.#value)
  }
}
