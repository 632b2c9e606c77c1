import { valuesOf, type Job } from '@nps-desktop/electron/contract'
import type { LabRecord, ServerRecord } from '../storage/records.ts'
import type { NewEvent } from './changes.ts'

/** The line for a setup that has ended; null for jobs whose end shows in what they changed. */
export function jobEnded(
  job: Job,
  { server, lab, atMs }: { server: ServerRecord | undefined; lab: LabRecord | undefined; atMs: number },
): NewEvent | null {
  if (job.kind !== 'server-setup' && job.kind !== 'lab-setup') return null
  const isLab = job.kind === 'lab-setup'
  const about = { atMs, serverId: job.serverId, labId: job.labId, tunnelId: null }
  const params = { server: server?.name ?? '', lab: lab?.name ?? '' }
  if (job.state === 'done')
    return { ...about, tone: 'ok', code: isLab ? 'lab-setup-done' : 'setup-done', params }
  const failed = job.steps.find((step) => step.state === 'failed')
  if (job.state !== 'failed' || !failed?.failure) return null
  const why = { ...valuesOf(failed.failure), ...params, step: failed.id, reason: failed.failure.code }
  return { ...about, tone: 'bad', code: isLab ? 'lab-setup-failed' : 'setup-failed', params: why }
}
