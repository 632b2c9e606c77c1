import { silentLog } from '@nps-desktop/relay-core/log'
import type { Job } from '@nps-desktop/electron/contract'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../failures/app-error.ts'
import { createJobs } from './jobs.ts'
import type { JobPlan } from './running-job.ts'
import type { StepDefinition } from './step-definition.ts'

interface Room {
  readonly ran: string[]
  broken: boolean
  released: number
}

const step = (
  id: StepDefinition<Room>['id'],
  more: Partial<StepDefinition<Room>> = {},
): StepDefinition<Room> => ({
  id,
  run: (room) => {
    room.ran.push(id)
    return Promise.resolve('done')
  },
  ...more,
})

const failing = step('upload', {
  run: (room, report) => {
    room.ran.push('upload')
    report.progress(3, 10, 'bytes')
    if (room.broken) {
      throw new AppError(
        'disk-full',
        'full',
        { host: 'srv', program: 'nps', path: '/', freeBytes: 1, neededBytes: 2 },
        { fixes: [{ action: 'retry' }] },
      )
    }
    report.fact('uploaded', { bytes: 10, program: 'nps' })
    return Promise.resolve('done')
  },
})

const hanging = step('upload', {
  run: (_room, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
})

function plan(room: Room, steps: StepDefinition<Room>[]): JobPlan<Room> {
  return {
    kind: 'server-setup',
    serverId: 's1',
    labId: null,
    steps,
    context: room,
    writes: ['/usr/bin/nps'],
    correct: () => {
      room.broken = false
      return Promise.resolve()
    },
    release: () => room.released++,
  }
}

async function until(feed: AsyncGenerator<Job>, wanted: (job: Job) => boolean): Promise<Job> {
  for await (const job of feed) if (wanted(job)) return job
  throw new Error('the feed ended before')
}

describe('jobs', () => {
  const newRoom = (): Room => ({ ran: [], broken: true, released: 0 })
  const signal = undefined
  const over = (job: Job): boolean => job.state !== 'running'

  it('stops at the failed step, and a retry runs it and those after it', async () => {
    const jobs = createJobs({ log: silentLog })
    const room = newRoom()
    const { jobId } = jobs.start(plan(room, [step('connect'), failing, step('start')]))
    const failed = await until(jobs.watch({ jobId }, { signal }), over)
    expect(failed.state).toBe('failed')
    expect(failed.steps.map(({ state }) => state)).toEqual(['done', 'failed', 'waiting'])
    expect(failed.steps[1]?.failure).toEqual({
      code: 'disk-full',
      message: 'full',
      params: { host: 'srv', program: 'nps', path: '/', freeBytes: 1, neededBytes: 2 },
      fixes: [{ action: 'retry' }],
    })
    jobs.retry({ jobId })
    const done = await until(jobs.watch({ jobId }, { signal }), over)
    expect(done.state).toBe('done')
    expect(done.steps[1]?.facts).toEqual([{ code: 'uploaded', params: { bytes: 10, program: 'nps' } }])
    expect(room.ran).toEqual(['connect', 'upload', 'upload', 'start'])
    expect(room.released).toBe(2)
  })

  it('goes back to a done step that a correction concerns', async () => {
    const jobs = createJobs({ log: silentLog })
    const room = newRoom()
    const { jobId } = jobs.start(
      plan(room, [step('connect'), step('free-ports', { redoneBy: ['bridgePort'] }), failing]),
    )
    await until(jobs.watch({ jobId }, { signal }), over)
    jobs.retry({ jobId, bridgePort: 8025 })
    await until(jobs.watch({ jobId }, { signal }), over)
    expect(room.ran).toEqual(['connect', 'free-ports', 'upload', 'free-ports', 'upload'])
  })

  it('cancels at the running step and can go on from there', async () => {
    const jobs = createJobs({ log: silentLog })
    const room = newRoom()
    const { jobId } = jobs.start(plan(room, [step('connect'), hanging]))
    await until(jobs.watch({ jobId }, { signal }), (job) => job.steps[1]?.state === 'running')
    jobs.cancel({ jobId })
    const job = await until(jobs.watch({ jobId }, { signal }), over)
    expect(job.state).toBe('cancelled')
    expect(job.steps.map(({ state }) => state)).toEqual(['done', 'waiting'])
    expect(room.released).toBe(1)
  })

  it('does one thing at a time on a machine, and keeps the last job of a kind', async () => {
    const jobs = createJobs({ log: silentLog })
    const { jobId } = jobs.start(plan(newRoom(), [hanging]))
    expect(() => jobs.start(plan(newRoom(), [step('connect')]))).toThrow(
      expect.objectContaining({ code: 'busy' }),
    )
    expect(() => jobs.retry({ jobId })).toThrow(expect.objectContaining({ code: 'busy' }))
    jobs.cancel({ jobId })
    await until(jobs.watch({ jobId }, { signal }), over)
    const next = jobs.start(plan(newRoom(), [step('connect')]))
    expect(jobs.list().map(({ id }) => id)).toEqual([next.jobId])
    await jobs.close()
  })

  it('tells the end of each job once, also when another run takes its place and when all is closed', async () => {
    const ended: string[] = []
    const jobs = createJobs({ log: silentLog, onEnded: ({ id }) => ended.push(id) })
    const ids: string[] = []
    for (let run = 0; run < 2; run += 1) {
      const { jobId } = jobs.start(plan(newRoom(), [step('connect')]))
      await until(jobs.watch({ jobId }, { signal }), over)
      ids.push(jobId)
    }
    await jobs.close()
    expect(ended).toEqual(ids)
  })

  it('takes an unforeseen error for a bug, not for an answer', async () => {
    const jobs = createJobs({ log: silentLog })
    const bug = step('connect', { run: () => Promise.reject(new TypeError('x is not a function')) })
    const { jobId } = jobs.start(plan(newRoom(), [bug]))
    const job = await until(jobs.watch({ jobId }, { signal }), over)
    expect(job.steps[0]?.failure?.code).toBe('internal')
  })

  it('runs once on a machine however quickly "Try again" is pressed, and that run can be cancelled', async () => {
    const jobs = createJobs({ log: silentLog })
    let running = 0
    let most = 0
    const counted = step('upload', {
      run: async (_room, { signal: stop }) => {
        most = Math.max(most, (running += 1))
        try {
          await new Promise((_resolve, reject) =>
            stop.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
          )
        } finally {
          running -= 1
        }
        return 'done'
      },
    })
    let corrected: () => void = () => undefined
    const room = newRoom()
    const slow = () => new Promise<void>((resolve) => (corrected = resolve))
    const { jobId } = jobs.start({ ...plan(room, [step('connect'), counted]), correct: slow })
    await until(jobs.watch({ jobId }, { signal }), (job) => job.steps[1]?.state === 'running')
    jobs.cancel({ jobId })
    await until(jobs.watch({ jobId }, { signal }), over)

    jobs.retry({ jobId, sudoPassword: 'x' })
    expect(() => jobs.retry({ jobId, sudoPassword: 'x' })).toThrow(expect.objectContaining({ code: 'busy' }))
    expect(() => jobs.start(plan(newRoom(), [step('connect')]))).toThrow(
      expect.objectContaining({ code: 'busy' }),
    )
    corrected()
    await until(jobs.watch({ jobId }, { signal }), (job) => job.steps[1]?.state === 'running')
    jobs.cancel({ jobId })
    const end = await until(jobs.watch({ jobId }, { signal }), over)
    expect(end.state).toBe('cancelled')
    expect({ most, running }).toEqual({ most: 1, running: 0 })
    await jobs.close()
  })

  it('ends whatever throws around its steps, and says so at a step', async () => {
    const boom = (): never => {
      throw new AppError('storage-failed', 'disk', { path: '/data', reason: 'EIO' })
    }
    for (const part of [{ onDone: boom }, { release: boom }]) {
      const jobs = createJobs({ log: silentLog, onEnded: boom })
      const { jobId } = jobs.start({ ...plan(newRoom(), [step('connect'), step('start')]), ...part })
      const job = await until(jobs.watch({ jobId }, { signal }), over)
      expect(job.state).toBe('failed')
      expect(job.steps.map(({ failure }) => failure?.code)).toContain('storage-failed')
      await jobs.close()
    }
    const jobs = createJobs({ log: silentLog })
    const { jobId } = jobs.start({ ...plan(newRoom(), [failing]), correct: boom })
    await until(jobs.watch({ jobId }, { signal }), over)
    jobs.retry({ jobId })
    const job = await until(jobs.watch({ jobId }, { signal }), over)
    expect(job.steps[0]?.failure?.code).toBe('storage-failed')
  })
})
