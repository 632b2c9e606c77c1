import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import type { Corrections, Fact, Job } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../../failures/app-error.ts'
import { failureOfError } from '../../failures/failure-of-error.ts'
import { type JobEvent, newJob, nextJob, nextRunFrom } from './job-state.ts'
import type { StepDefinition, StepReport } from './step-definition.ts'

/** A list of steps and the context they share. */
export interface JobPlan<Context> {
  readonly kind: Job['kind']
  readonly serverId: string | null
  readonly labId: string | null
  readonly steps: readonly StepDefinition<Context>[]
  readonly context: Context
  /** What will be written where. */
  readonly writes: readonly string[]
  /** Puts what a person corrected into the context. */
  correct?(corrections: Corrections): Promise<void>
  /** Every step is done. */
  onDone?(): void
  /** Releases what one run held, such as its ssh session. */
  release(): void
}

/** Progress is reported at most this often; the last value always is. */
const progressIntervalMs = 100

/** Runs the steps of a plan, one run at a time; its state is `feed`, and job-state.ts says what becomes of it. */
export class RunningJob<Context = unknown> {
  readonly feed: Feed<Job>
  readonly #plan: JobPlan<Context>
  readonly #log: Log
  readonly #clock: Clock
  #stop = new AbortController()
  /** Fulfils when nothing of this job runs any more. */
  ended: Promise<void> = Promise.resolve()

  constructor(id: string, plan: JobPlan<Context>, { log, clock }: { log: Log; clock: Clock }) {
    this.#plan = plan
    this.#log = log
    this.#clock = clock
    this.feed = new Feed<Job>(newJob(id, plan))
  }

  get isRunning(): boolean {
    return this.feed.value.state === 'running'
  }

  /** Begins with the first step. */
  start(): void {
    this.#begin(0, null)
  }

  /** The running step stops where it is; the next run finds what it has done. */
  cancel(): void {
    this.#stop.abort()
  }

  /**
   * Runs the first step that is not done, and those after it, again. The job runs as soon as this returns: what a person
   * corrected is put right as the first thing of the run. Throws `busy` while it runs.
   */
  retry(corrections: Corrections): void {
    if (this.isRunning) throw new AppError('busy', 'This is running already.', { jobId: this.feed.value.id })
    const { steps } = this.#plan
    const from = nextRunFrom(this.feed.value, steps, (index) =>
      (steps[index]?.redoneBy ?? []).some((name) => corrections[name] !== undefined),
    )
    if (from >= 0) this.#begin(from, corrections)
  }

  #begin(from: number, corrections: Corrections | null): void {
    this.#stop = new AbortController()
    this.#dispatch({ type: 'begin', from })
    this.ended = this.#run(from, corrections)
  }

  /** Whatever throws in it is reported at a step, so that a run always ends. */
  async #run(from: number, corrections: Corrections | null): Promise<void> {
    const last = this.#plan.steps.length - 1
    let goesOn = await this.#guard(from, () => corrections && this.#plan.correct?.(corrections))
    for (let index = from; index <= last && goesOn; index++) goesOn = await this.#runStep(index)
    await this.#guard(last, () => this.#plan.release())
    if (goesOn) await this.#guard(last, () => this.#plan.onDone?.())
    this.#dispatch({ type: 'ended' })
    const { kind, id, state } = this.feed.value
    this.#log.info('job ended', { kind, job: id, state })
  }

  async #guard(index: number, work: () => unknown): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.#fail(index, error, 0)
      return false
    }
  }

  /** Whether the next one may follow. */
  async #runStep(index: number): Promise<boolean> {
    const definition = this.#plan.steps[index]
    if (!definition) return true
    const { signal } = this.#stop
    const started = performance.now()
    const tookMs = (): number => Math.round(performance.now() - started)
    this.#dispatch({ type: 'step-begun', index, atMs: this.#clock.now() })
    try {
      signal.throwIfAborted()
      const as = await definition.run(this.#plan.context, this.#reporter(index, signal))
      signal.throwIfAborted()
      this.#dispatch({ type: 'step-done', index, as, tookMs: tookMs() })
      return true
    } catch (error) {
      if (signal.aborted) this.#dispatch({ type: 'step-stopped', index })
      else this.#fail(index, error, tookMs())
      return false
    }
  }

  #fail(index: number, error: unknown, tookMs: number): void {
    const failure = failureOfError(error)
    const { kind, steps } = this.#plan
    const { code, message: why } = failure
    const cause = code === 'internal' && error instanceof Error ? error.stack : undefined
    this.#log.warn('a step failed', { kind, step: steps[index]?.id, code, why, cause })
    this.#dispatch({ type: 'step-failed', index, failure, tookMs })
  }

  #reporter(index: number, signal: AbortSignal): StepReport {
    let toldAt = 0
    return {
      signal,
      fact: (code, params) =>
        // code and params came together
        this.#dispatch({ type: 'found', index, fact: { code, params } as Fact }),
      progress: (done, total, unit) => {
        const now = performance.now()
        if (done < total && now - toldAt < progressIntervalMs) return
        toldAt = now
        this.#dispatch({ type: 'progressed', index, progress: { done, total, unit } })
      },
      ports: (ports) => this.#dispatch({ type: 'ports-seen', ports }),
      writes: (writes) => this.#dispatch({ type: 'writes-known', writes }),
    }
  }

  #dispatch(event: JobEvent): void {
    this.feed.set(nextJob(this.feed.value, event))
  }
}
