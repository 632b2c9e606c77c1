import type { Job, Step } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { Feed } from '../feed.ts'
import { failureOf } from '../failure-of.ts'
import type { Corrections, StepDefinition, StepReport } from './step-definition.ts'

/** A list of steps and what they share. */
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
  /** Gives back what one run held, such as its ssh session. */
  release(): void
}

/** Progress is told at most this often; the last value always. */
const progressEveryMs = 100

/** A job while it runs and after: its state is `feed`. */
export class RunningJob<Context = unknown> {
  readonly feed: Feed<Job>
  readonly #plan: JobPlan<Context>
  readonly #log: Log
  #stop = new AbortController()
  /** Fulfils when nothing of this job runs any more. */
  ended: Promise<void> = Promise.resolve()

  constructor(id: string, plan: JobPlan<Context>, log: Log) {
    this.#plan = plan
    this.#log = log
    const { kind, serverId, labId, writes } = plan
    const steps = plan.steps.map((step) => waiting(step.id))
    this.feed = new Feed<Job>({
      id,
      kind,
      serverId,
      labId,
      state: 'running',
      steps,
      ports: null,
      writes: [...writes],
    })
  }

  get isRunning(): boolean {
    return this.feed.value.state === 'running'
  }

  /** Begins with the first step. */
  start(): void {
    this.#begin(0)
  }

  /** The running step stops where it is; what it has done is found again by the next run. */
  cancel(): void {
    this.#stop.abort()
  }

  /** Runs the first step that is not done, and those after it, again. */
  async retry(corrections: Corrections): Promise<void> {
    await this.#plan.correct?.(corrections)
    const given = new Set(
      Object.entries(corrections).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    )
    const from = this.feed.value.steps.findIndex(
      (step, index) =>
        !['done', 'skipped'].includes(step.state) ||
        this.#plan.steps[index]?.redoneBy?.some((name) => given.has(name)) === true,
    )
    if (from < 0) return
    const { againFrom } = this.#plan.steps[from] ?? {}
    const earlier = this.#plan.steps.findIndex(({ id }) => id === againFrom)
    this.#begin(earlier >= 0 ? Math.min(earlier, from) : from)
  }

  #begin(from: number): void {
    this.#stop = new AbortController()
    const { value } = this.feed
    this.feed.set({
      ...value,
      state: 'running',
      steps: value.steps.map((step, index) => (index < from ? step : waiting(step.id))),
    })
    this.ended = this.#runFrom(from)
  }

  async #runFrom(from: number): Promise<void> {
    let outcome: 'done' | 'failed' | 'cancelled' = 'done'
    for (let index = from; index < this.#plan.steps.length && outcome === 'done'; index++) {
      outcome = await this.#runStep(index)
    }
    this.#plan.release()
    if (outcome === 'done') this.#plan.onDone?.()
    this.feed.set({ ...this.feed.value, state: outcome })
    const { kind, id } = this.feed.value
    this.#log.info('job ended', { kind, job: id, state: outcome })
  }

  async #runStep(index: number): Promise<'done' | 'failed' | 'cancelled'> {
    const definition = this.#plan.steps[index]
    if (!definition) return 'done'
    const { signal } = this.#stop
    const startedAtMs = Date.now()
    const started = performance.now()
    const tookMs = (): number => Math.round(performance.now() - started)
    this.#update(index, { state: 'running', startedAtMs })
    try {
      signal.throwIfAborted()
      const state = await definition.run(this.#plan.context, this.#reporter(index, signal))
      signal.throwIfAborted()
      this.#update(index, { state, tookMs: tookMs(), progress: null })
      return 'done'
    } catch (error) {
      if (signal.aborted) {
        this.#update(index, waiting(definition.id))
        return 'cancelled'
      }
      const failure = failureOf(error)
      const { kind } = this.#plan
      const cause = failure.code === 'internal' && error instanceof Error ? error.stack : undefined
      this.#log.warn('a step failed', {
        kind,
        step: definition.id,
        code: failure.code,
        why: failure.message,
        cause,
      })
      this.#update(index, { state: 'failed', tookMs: tookMs(), progress: null, failure })
      return 'failed'
    }
  }

  #reporter(index: number, signal: AbortSignal): StepReport {
    let toldAt = 0
    return {
      signal,
      fact: (code, params) => {
        const facts = this.feed.value.steps[index]?.facts ?? []
        this.#update(index, { facts: [...facts, { code, params }] })
      },
      progress: (done, total, unit) => {
        const now = performance.now()
        if (done < total && now - toldAt < progressEveryMs) return
        toldAt = now
        this.#update(index, { progress: { done, total, unit } })
      },
      ports: (ports) => this.feed.set({ ...this.feed.value, ports }),
    }
  }

  #update(index: number, change: Partial<Step>): void {
    const { value } = this.feed
    this.feed.set({
      ...value,
      steps: value.steps.map((step, i) => (i === index ? { ...step, ...change } : step)),
    })
  }
}

function waiting(id: Step['id']): Step {
  return { id, state: 'waiting', startedAtMs: null, tookMs: null, progress: null, facts: [], failure: null }
}
