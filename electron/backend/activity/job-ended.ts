import { type ActivityCode, type Job, valuesOf } from '@nps-desktop/electron/contract'
import type { LabRecord, ServerRecord } from '../storage/records.ts'
import type { NewEvent } from './activity-changes.ts'

/** The lines for the ends of a job; a job that was cancelled has changed nothing, and has none. */
interface Ends {
  readonly done: ActivityCode
  readonly failed: ActivityCode
  /** The machine has put back what was there before. */
  readonly undone?: ActivityCode
}

/** Of other kinds the end shows in what they have changed. */
const endsOf: Partial<Record<Job['kind'], Ends>> = {
  'server-setup': { done: 'setup-done', failed: 'setup-failed' },
  'lab-setup': { done: 'lab-setup-done', failed: 'lab-setup-failed' },
  'server-update': { done: 'nps-updated', failed: 'nps-update-failed', undone: 'nps-update-undone' },
  'lab-update': { done: 'npc-updated', failed: 'npc-update-failed', undone: 'npc-update-undone' },
}

/** The line for a setup or an update that has ended; null for what has none. */
export function jobEnded(
  job: Job,
  { server, lab, atMs }: { server: ServerRecord | undefined; lab: LabRecord | undefined; atMs: number },
): NewEvent | null {
  const ends = endsOf[job.kind]
  if (!ends) return null
  const about = { atMs, serverId: job.serverId, labId: job.labId, tunnelId: null }
  const params = { server: server?.name ?? '', lab: lab?.name ?? '' }
  if (job.state === 'done') return { ...about, tone: 'ok', code: ends.done, params }
  const failed = job.steps.find((step) => step.state === 'failed')
  if (job.state !== 'failed' || !failed?.failure) return null
  const { code } = failed.failure
  const why = { ...valuesOf(failed.failure), ...params, step: failed.id, reason: code }
  return code === 'update-undone' && ends.undone
    ? { ...about, tone: 'warn', code: ends.undone, params: why }
    : { ...about, tone: 'bad', code: ends.failed, params: why }
}
