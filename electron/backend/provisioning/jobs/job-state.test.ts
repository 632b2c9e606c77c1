import type { Failure, Job } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { type JobEvent, newJob, nextJob, nextRunFrom } from './job-state.ts'

const failure: Failure = { code: 'cancelled', params: {}, message: 'stopped', fixes: [] }
const job = newJob('j', {
  kind: 'server-setup',
  serverId: 's1',
  labId: null,
  writes: [],
  steps: [{ id: 'connect' }, { id: 'upload' }],
})

function after(events: readonly JobEvent[], from: Job = job): Job {
  return events.reduce(nextJob, from)
}

const begun = (index: number): JobEvent => ({ type: 'step-begun', index, atMs: 5 })
const done = (index: number): JobEvent => ({ type: 'step-done', index, as: 'done', tookMs: 1 })
const failed = (index: number): JobEvent => ({ type: 'step-failed', index, failure, tookMs: 1 })

test('it runs until its end, not until its last step', () => {
  const steps = after([begun(0), done(0), begun(1), done(1)])
  expect(steps.state).toBe('running')
  expect(nextJob(steps, { type: 'ended' }).state).toBe('done')
})

test('the end is told by the steps', () => {
  const stopped: JobEvent = { type: 'step-stopped', index: 1 }
  expect(after([begun(0), failed(0), { type: 'ended' }]).state).toBe('failed')
  const cancelled = after([begun(0), done(0), begun(1), stopped, { type: 'ended' }])
  expect(cancelled.state).toBe('cancelled')
  expect(cancelled.steps.map(({ state }) => state)).toEqual(['done', 'waiting'])
})

test('a step that does not run any more is not heard', () => {
  const over = after([begun(0), failed(0), { type: 'ended' }])
  const late: JobEvent[] = [
    { type: 'found', index: 0, fact: { code: 'removed', params: { what: 'npc' } } },
    { type: 'progressed', index: 0, progress: { done: 1, total: 2, unit: 'bytes' } },
    begun(0),
    done(0),
  ]
  for (const event of late) expect(nextJob(over, event)).toBe(over)
})

test('the next run begins at the first step that is not done, or where it is sent back to', () => {
  const over = after([begun(0), done(0), begun(1), failed(1), { type: 'ended' }])
  expect(nextRunFrom(over, [{}, {}], () => false)).toBe(1)
  expect(nextRunFrom(over, [{}, {}], (index) => index === 0)).toBe(0)
  expect(nextRunFrom(over, [{}, { againFrom: 'connect' }], () => false)).toBe(0)
  const again = nextJob(over, { type: 'begin', from: 1 })
  expect(again).toMatchObject({
    state: 'running',
    steps: [{ state: 'done' }, { state: 'waiting', failure: null }],
  })
  const all = after([begun(0), done(0), begun(1), done(1), { type: 'ended' }])
  expect(nextRunFrom(all, [{}, {}], () => false)).toBe(-1)
})
