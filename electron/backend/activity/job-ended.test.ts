import type { Failure, Job } from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'
import type { LabRecord, ServerRecord } from '../storage/records.ts'
import { jobEnded } from './job-ended.ts'

const job: Job = {
  id: 'j1',
  kind: 'server-setup',
  serverId: 's1',
  labId: null,
  state: 'done',
  steps: [],
  ports: null,
  writes: [],
}
const server = { name: 'cloud' } as ServerRecord
const lab = { name: 'a100' } as LabRecord

it('tells whose setup it was: the server’s, or the lab box’s', () => {
  expect(jobEnded(job, { server, lab: undefined, atMs: 1 })?.code).toBe('setup-done')
  const ofLab = jobEnded({ ...job, kind: 'lab-setup', labId: 'l1' }, { server, lab, atMs: 1 })
  expect(ofLab).toMatchObject({ code: 'lab-setup-done', params: { lab: 'a100' } })
})

it('tells how an update has ended, and that it was undone', () => {
  const ended = (part: Partial<Job>) =>
    jobEnded({ ...job, kind: 'lab-update', labId: 'l1', ...part }, { server, lab, atMs: 1 })
  expect(ended({})).toMatchObject({ code: 'npc-updated', tone: 'ok', params: { lab: 'a100' } })
  expect(ended({ state: 'cancelled' })).toBeNull()
  const failedBy = (failure: Failure): Partial<Job> => ({
    state: 'failed',
    steps: [{ id: 'switch', state: 'failed', startedAtMs: 1, tookMs: 1, progress: null, facts: [], failure }],
  })
  const words = { message: '', fixes: [] }
  const params = { host: 'h', program: 'npc', version: '1.1.0', old: '1.0.0', said: '' }
  expect(ended(failedBy({ code: 'update-undone', params, ...words }))).toMatchObject({
    code: 'npc-update-undone',
    tone: 'warn',
    params: { version: '1.1.0', reason: 'update-undone' },
  })
  const other = { host: 'h', program: 'nps', what: 'restart', reason: 'it ended' }
  expect(
    ended({
      kind: 'server-update',
      labId: null,
      ...failedBy({ code: 'service-failed', params: other, ...words }),
    }),
  ).toMatchObject({ code: 'nps-update-failed', tone: 'bad' })
})
