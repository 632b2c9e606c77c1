import type { Job, Step, StepId } from '@nps-desktop/electron/contract'

/** The steps of a job as a person reads them: a few groups, each folding to one line when it has passed. */
export const jobGroupIds = ['check', 'install', 'ports', 'undo'] as const
export type JobGroupId = (typeof jobGroupIds)[number]

const groupOf: Record<StepId, JobGroupId> = {
  connect: 'check',
  identity: 'check',
  system: 'check',
  'free-ports': 'check',
  'reach-relay': 'check',
  upload: 'install',
  'program-starts': 'install',
  service: 'install',
  config: 'install',
  start: 'install',
  online: 'install',
  switch: 'install',
  bridge: 'ports',
  'port-range': 'ports',
  'stop-service': 'undo',
  'remove-service': 'undo',
  'remove-files': 'undo',
  'remove-firewall-rules': 'undo',
  'remove-client': 'undo',
}

export interface JobGroup {
  readonly id: JobGroupId
  readonly state: Step['state']
  readonly steps: readonly Step[]
  /** Steps that have passed, out of `steps.length`; a skipped one needs nothing and counts. */
  readonly passed: number
  /** Of the steps that ran, together. */
  readonly tookMs: number
}

/** The job's groups in the order in which their first step comes; a group without a step is left out. */
export function groupsOf(job: Job): readonly JobGroup[] {
  const steps = Map.groupBy(job.steps, (step) => groupOf[step.id])
  return [...steps].map(([id, steps]) => ({
    id,
    state: stateOf(steps, job.state),
    steps,
    passed: steps.filter(passed).length,
    tookMs: steps.reduce((sum, step) => sum + (step.tookMs ?? 0), 0),
  }))
}

function passed(step: Step): boolean {
  return step.state === 'done' || step.state === 'skipped'
}

function stateOf(steps: readonly Step[], job: Job['state']): Step['state'] {
  if (steps.some((step) => step.state === 'failed')) return 'failed'
  if (steps.every(passed)) return steps.some((step) => step.state === 'done') ? 'done' : 'skipped'
  // Between two steps of a group nothing runs for a moment, but the group does.
  const begun = steps.some((step) => step.state !== 'waiting')
  return begun && job === 'running' ? 'running' : 'waiting'
}

/** The step that stopped the job, if one did. */
export function failedStep(job: Pick<Job, 'steps'>): Step | undefined {
  return job.steps.find((step) => step.state === 'failed')
}
