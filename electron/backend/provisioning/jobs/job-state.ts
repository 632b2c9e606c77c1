import type { Fact, Failure, Job, PortReport, Step, StepId } from '@nps-desktop/electron/contract'

/** What happens to a job. `index` is that of a step. */
export type JobEvent =
  /** The steps from `from` on run, again or for the first time. */
  | { readonly type: 'begin'; readonly from: number }
  | { readonly type: 'step-begun'; readonly index: number; readonly atMs: number }
  | { readonly type: 'found'; readonly index: number; readonly fact: Fact }
  | { readonly type: 'progressed'; readonly index: number; readonly progress: Step['progress'] }
  | { readonly type: 'ports-seen'; readonly ports: PortReport }
  /** What is or was written where turns out otherwise than was thought at first. */
  | { readonly type: 'writes-known'; readonly writes: readonly string[] }
  | {
      readonly type: 'step-done'
      readonly index: number
      readonly as: 'done' | 'skipped'
      readonly tookMs: number
    }
  | {
      readonly type: 'step-failed'
      readonly index: number
      readonly failure: Failure
      readonly tookMs: number
    }
  /** Stopped where it was: it waits for the next run. */
  | { readonly type: 'step-stopped'; readonly index: number }
  /** The run has ended completely, its ssh session included. */
  | { readonly type: 'ended' }

export function newJob(
  id: string,
  {
    kind,
    serverId,
    labId,
    writes,
    steps,
  }: Pick<Job, 'kind' | 'serverId' | 'labId'> & {
    readonly writes: readonly string[]
    readonly steps: readonly { readonly id: StepId }[]
  },
): Job {
  const waitingSteps = steps.map((step) => waiting(step.id))
  return {
    id,
    kind,
    serverId,
    labId,
    state: 'running',
    steps: waitingSteps,
    ports: null,
    writes: [...writes],
  }
}

/**
 * What a job becomes. Pure. A job is `running` from the moment at which somebody wants it to until its run has ended wholly,
 * so that whoever looks at the state can never begin a second run beside the first. What a step tells when it is not the one
 * that runs is not heard.
 */
export function nextJob(job: Job, event: JobEvent): Job {
  switch (event.type) {
    case 'begin':
      return {
        ...job,
        state: 'running',
        steps: job.steps.map((step, index) => (index < event.from ? step : waiting(step.id))),
      }
    case 'step-begun':
      return withStep(job, event.index, 'waiting', { state: 'running', startedAtMs: event.atMs })
    case 'found': {
      const facts = job.steps[event.index]?.facts ?? []
      return withStep(job, event.index, 'running', { facts: [...facts, event.fact] })
    }
    case 'progressed':
      return withStep(job, event.index, 'running', { progress: event.progress })
    case 'ports-seen':
      return job.state === 'running' ? { ...job, ports: event.ports } : job
    case 'writes-known':
      return job.state === 'running' ? { ...job, writes: [...event.writes] } : job
    case 'step-done':
      return withStep(job, event.index, 'running', { state: event.as, tookMs: event.tookMs, progress: null })
    case 'step-failed': {
      const { failure, tookMs } = event
      return changeStep(job, event.index, { state: 'failed', failure, tookMs, progress: null })
    }
    case 'step-stopped':
      return changeStep(job, event.index, waiting(job.steps[event.index]?.id ?? 'connect'))
    case 'ended':
      return { ...job, state: outcomeOf(job.steps) }
  }
}

/**
 * Where the next run begins: at the first step that is not done, or earlier at one that `isRedone` or to which a failed one
 * sends back. -1 when every step is done.
 */
export function nextRunFrom(
  job: Job,
  definitions: readonly { readonly againFrom?: StepId }[],
  isRedone: (index: number) => boolean,
): number {
  const from = job.steps.findIndex(({ state }, index) => !isOver(state) || isRedone(index))
  const { againFrom } = definitions[from] ?? {}
  const earlier = job.steps.findIndex(({ id }) => id === againFrom)
  return earlier >= 0 ? Math.min(earlier, from) : from
}

function outcomeOf(steps: readonly Step[]): Job['state'] {
  if (steps.some(({ state }) => state === 'failed')) return 'failed'
  return steps.every(({ state }) => isOver(state)) ? 'done' : 'cancelled'
}

function isOver(state: Step['state']): boolean {
  return state === 'done' || state === 'skipped'
}

function withStep(job: Job, index: number, onlyWhile: Step['state'], change: Partial<Step>): Job {
  if (job.state !== 'running' || job.steps[index]?.state !== onlyWhile) return job
  return changeStep(job, index, change)
}

function changeStep(job: Job, index: number, change: Partial<Step>): Job {
  return { ...job, steps: job.steps.map((step, at) => (at === index ? { ...step, ...change } : step)) }
}

function waiting(id: StepId): Step {
  return { id, state: 'waiting', startedAtMs: null, tookMs: null, progress: null, facts: [], failure: null }
}
