import { type Log, silentLog } from '@nps-desktop/relay-core/log'
import { expect, test, vi } from 'vitest'
import { AppError } from '../../failures/app-error.ts'
import { LaterWrites } from './later-writes.ts'

const refusals = [
  new AppError('storage-failed', 'full', { path: '/data', reason: 'full' }),
  new AppError('storage-in-use', 'a backup', { path: '/data' }),
]

test.each(refusals)(
  'what $code is one line in the log for as long as it lasts, and one when it is over',
  (refusal) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>(), info: vi.fn<Log['info']>() }
    const later = new LaterWrites(log)
    let isFull = true
    const written: number[] = []
    const write = (value: number) => () => {
      if (isFull) throw refusal
      written.push(value)
    }
    for (const value of [1, 2, 3]) later.add('status', write(value))
    expect(log.error).toHaveBeenCalledTimes(1)
    isFull = false
    later.retry()
    expect(written).toEqual([3])
    expect(log.info).toHaveBeenCalledTimes(1)
    isFull = true
    later.add('status', write(4))
    expect(log.error).toHaveBeenCalledTimes(2)
    isFull = false
    later.close()
    expect(written).toEqual([3, 4])
  },
)
