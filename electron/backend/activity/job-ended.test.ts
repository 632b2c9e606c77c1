import type { Job } from '@nps-desktop/electron/contract'
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
