import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { randomUUID } from 'node:crypto'
import type { Corrections, Job } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../../failures/app-error.ts'
import { type JobPlan, RunningJob } from './running-job.ts'

/** The handlers of `jobs`, and `start` for those who plan jobs. */
export interface Jobs {
  /** Throws `busy` when a job on the same machine is running. */
  start<Context>(plan: JobPlan<Context>): { jobId: string }
  watch(
    input: { jobId: string },
    options: { signal: AbortSignal | undefined },
  ): AsyncGenerator<Job, void, void>
  list(): Job[]
  cancel(input: { jobId: string }): void
  /** Throws `busy` when a job on the same machine is running, this one included. */
  retry(input: Corrections & { jobId: string }): void
  /** Forgets the jobs of a machine that is no longer in the list; stops what runs. */
  forget(machine: { serverId?: string; labId?: string }): void
  /** Stops every job and waits for its end. Idempotent. */
  close(): Promise<void>
}

interface JobEntry {
  readonly job: RunningJob
  readonly subject: string
}

/**
 * The jobs of this run of the app. They are kept in memory alone: what a step wrote on a machine it finds again, so
 * after a crash the same job is simply started again. The last one of each kind and machine is kept.
 */
export function createJobs({
  log,
  clock = systemClock,
  onEnded,
}: {
  log: Log
  clock?: Clock
  /** After each run of a job, whatever became of it. */
  onEnded?: (job: Job) => void
}): Jobs {
  const entries = new Map<string, JobEntry>()
  /** Of machines that were forgotten while they ran. */
  const ending = new Set<Promise<void>>()

  const find = (jobId: string): RunningJob => {
    const entry = entries.get(jobId)
    if (!entry) throw new AppError('not-found', 'This job is no longer known; start it again.', {})
    return entry.job
  }

  const refuseIfBusy = (subject: string): void => {
    for (const entry of entries.values()) {
      if (entry.subject !== subject || !entry.job.isRunning) continue
      const { id } = entry.job.feed.value
      throw new AppError(
        'busy',
        'Something else is being done on this machine; wait for its end or cancel it.',
        { jobId: id },
      )
    }
  }

  return {
    start(plan) {
      const subject = plan.labId ?? plan.serverId ?? ''
      refuseIfBusy(subject)
      for (const [id, entry] of entries) {
        if (entry.subject !== subject || entry.job.feed.value.kind !== plan.kind) continue
        entry.job.feed.close()
        entries.delete(id)
      }
      const jobId = randomUUID()
      const job = new RunningJob(jobId, plan, { log, clock })
      job.feed.subscribe((value) => {
        if (value.state === 'running') return
        try {
          onEnded?.(value)
        } catch (error) {
          log.error('the end of a job could not be written down', { job: jobId, error })
        }
      })
      entries.set(jobId, { job: job as RunningJob, subject })
      log.info('job started', { kind: plan.kind, job: jobId })
      job.start()
      return { jobId }
    },

    watch: ({ jobId }, { signal }) => find(jobId).feed.watch(signal),
    list: () => [...entries.values()].map(({ job }) => job.feed.value),
    cancel: ({ jobId }) => find(jobId).cancel(),

    retry({ jobId, ...corrections }) {
      const job = find(jobId)
      refuseIfBusy(entries.get(jobId)?.subject ?? '')
      job.retry(corrections)
    },

    forget({ serverId, labId }) {
      for (const [id, { job }] of entries) {
        const { value } = job.feed
        if (value.serverId !== serverId && (labId === undefined || value.labId !== labId)) continue
        job.cancel()
        job.feed.close()
        entries.delete(id)
        const end = job.ended.finally(() => ending.delete(end))
        ending.add(end)
      }
    },

    async close() {
      const running = [...entries.values()].map(({ job }) => job)
      for (const job of running) job.cancel()
      await Promise.all([...running.map((job) => job.ended), ...ending])
      for (const job of running) job.feed.close()
    },
  }
}
