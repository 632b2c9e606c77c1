import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, jobRef, nothing } from '../desktop-call.ts'
import { corrections, job } from './job-models.ts'

/** Set-ups, updates, removals and port checks, as they go on. */
export const jobsContract = {
  watch: base.input(jobRef).output(eventIterator(job)),
  list: base.input(nothing).output(z.array(job)),
  /** The job ends as `cancelled`; what is half done is cleaned or can be run again. */
  cancel: base.input(jobRef).output(nothing),
  /** Runs the failed step and those after it again, with what was corrected. */
  retry: base.input(jobRef.extend(corrections.shape)).output(nothing),
}
