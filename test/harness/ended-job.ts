import type { Job, Step, StepId } from '@nps-desktop/electron/contract'

/** For the message of a failed expectation: each step with its state, facts and failure. */
export function story(job: Job): string {
  return job.steps
    .map(({ id, state, facts, failure }) => {
      const found = facts.map(({ code, params }) => `${code}${JSON.stringify(params)}`).join(' ')
      return `${id}: ${state} ${found} ${failure ? `${failure.code}: ${failure.message}` : ''}`.trim()
    })
    .join('\n')
}

/** Throws with the job's story unless it is done. */
export function expectDone(job: Job): void {
  if (job.state !== 'done') throw new Error(`the job is ${job.state}:\n${story(job)}`)
}

export function stepOf(job: Job, id: StepId): Step {
  const step = job.steps.find((one) => one.id === id)
  if (!step) throw new Error(`no step ${id}`)
  return step
}

/** The failure of the job, which must be in that step. */
export function failureIn(job: Job, id: StepId): NonNullable<Step['failure']> {
  const { failure } = stepOf(job, id)
  if (!failure) throw new Error(`${id} did not fail:\n${story(job)}`)
  return failure
}
