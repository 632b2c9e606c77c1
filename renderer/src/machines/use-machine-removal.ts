import type { Corrections, Failure, Job } from '@nps-desktop/electron/contract'
import { ref, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { RouteLocationRaw } from 'vue-router'
import { useApi } from '../carrier/use-backend.ts'
import { useAction } from '../carrier/use-action.ts'
import type { FixHandlers } from '../failures/fixes.ts'
import { useFixes } from '../failures/use-fixes.ts'
import { useJob } from '../jobs/use-job.ts'

/** Removing a server or a lab box, from the question to the last step of its job. */
export interface MachineRemoval {
  /** What the person chose: also uninstall our program there. */
  readonly uninstall: Ref<boolean>
  /** The job that uninstalls, once it has begun. */
  readonly job: Readonly<ShallowRef<Job | null>>
  readonly busy: Readonly<Ref<boolean>>
  readonly failure: Ref<Failure | null>
  readonly fixes: FixHandlers
  remove(uninstall: boolean): Promise<void>
  retry(corrections: Corrections): Promise<void>
}

export function useMachineRemoval({
  open,
  machine,
  canUninstall,
  ask,
  after,
}: {
  /** Of the dialog that asks. */
  open: Ref<boolean>
  machine: { readonly kind: 'server' | 'lab'; readonly id: string }
  canUninstall: () => boolean
  /** Asks the backend; `jobId` is null where there is nothing to wait for. */
  ask: (uninstall: boolean) => Promise<{ jobId: string | null }>
  /** The page to go to when the machine is gone. */
  after: () => RouteLocationRaw
}): MachineRemoval {
  const api = useApi()
  const router = useRouter()
  const { busy, failure, run } = useAction()
  const { job, show } = useJob(({ kind, serverId, labId }) =>
    machine.kind === 'lab'
      ? kind === 'lab-remove' && labId === machine.id
      : kind === 'server-remove' && serverId === machine.id,
  )
  const uninstall = ref(false)
  watch(open, (now) => {
    if (now) uninstall.value = canUninstall()
  })
  watch(
    () => job.value?.state,
    (state) => {
      if (state === 'done') void router.push(after())
    },
  )

  async function remove(withProgram: boolean): Promise<void> {
    // afterwards the machine, which may say where its page leads, is gone
    const next = after()
    await run(async () => {
      const { jobId } = await ask(withProgram)
      open.value = false
      if (jobId === null) await router.push(next)
      else show(jobId)
    })
  }
  async function retry(corrections: Corrections): Promise<void> {
    const now = job.value
    if (now) await run(() => api.jobs.retry({ jobId: now.id, ...corrections }))
  }
  const fixes = useFixes()({ run, again: () => retry({}), correct: retry, machine })
  return { uninstall, job, busy, failure, fixes, remove, retry }
}
