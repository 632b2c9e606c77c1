import type { Job } from '@nps-desktop/electron/contract'
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { failureOf } from '../carrier/failure-of-call.ts'
import { follow } from '../carrier/follow.ts'
import { useNewest, useScopeSignal } from '../carrier/scope-signal.ts'

/** The newest job of one kind, live. */
export interface FollowedJob {
  /** Null while none is known. */
  readonly job: Readonly<ShallowRef<Job | null>>
  /** Shows this job from now on. */
  show(jobId: string): void
}

/**
 * Finds the newest job that `wanted` picks and follows it for as long as the calling scope lives. Every new connection to
 * the backend looks again: a backend that has been restarted knows no jobs.
 */
export function useJob(wanted: (job: Job) => boolean): FollowedJob {
  const { api, connection } = useBackend()
  const job = shallowRef<Job | null>(null)
  const scope = useScopeSignal()
  const watching = useNewest()

  function show(jobId: string): void {
    const signal = watching.begin()
    void follow(
      connection,
      (options) => api.jobs.watch({ jobId }, options),
      (next) => {
        job.value = next
      },
      {
        signal,
        onError: (error) => {
          if (failureOf(error)?.code !== 'not-found') return
          watching.cancel()
          job.value = null
        },
      },
    )
  }

  watch(
    connection.state,
    async ({ state }) => {
      if (state !== 'online') return
      try {
        const known = await api.jobs.list({}, { signal: scope })
        const newest = known.findLast(wanted)
        if (newest) {
          job.value = newest
          show(newest.id)
        }
      } catch {
        // The connection went away while it was asked: the next one asks again, and the frame says that it is gone.
      }
    },
    { immediate: true },
  )

  return { job, show }
}
