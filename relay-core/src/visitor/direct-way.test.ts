import { expect, test, vi } from 'vitest'
import { silentLog } from '../log/log.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { DirectWay } from './direct-way.ts'

const minuteMs = 60_000

test('where the networks allow no direct way, it is looked for again after 1, 5 and 30 minutes, when somebody visits', async () => {
  const clock = new ManualClock()
  let attempts = 0
  const arrange = () => {
    attempts += 1
    return Promise.resolve(undefined)
  }
  const way = new DirectWay({ arrange, log: silentLog, clock })
  const visit = async () => {
    expect(way.open()).toBeUndefined()
    way.want()
    await new Promise(setImmediate)
  }
  await visit()
  await visit()
  expect(attempts).toBe(1)
  for (const [at, minutes] of [1, 5, 30, 30].entries()) {
    clock.advance(minutes * minuteMs - 1)
    await visit()
    expect(attempts).toBe(at + 1)
    clock.advance(1)
    await visit()
    expect(attempts).toBe(at + 2)
  }
  way.close()
})

test('a peer that knows of no direct links is asked no more often', async () => {
  const clock = new ManualClock()
  let attempts = 0
  const arrange = () => {
    attempts += 1
    return Promise.reject(new Error('mode-unsupported'))
  }
  const way = new DirectWay({ arrange, log: silentLog, clock })
  for (let visits = 0; visits < 10; visits += 1) {
    way.want()
    await new Promise(setImmediate)
  }
  expect(attempts).toBe(1)
  way.close()
  clock.advance(60 * minuteMs)
  way.want()
  expect(attempts).toBe(1)
})

test('a computer’s clock that is set back holds nothing up', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  try {
    let attempts = 0
    const arrange = () => {
      attempts += 1
      return Promise.resolve(undefined)
    }
    const way = new DirectWay({ arrange, log: silentLog })
    way.want()
    await new Promise(setImmediate)
    vi.setSystemTime(Date.now() - 180 * minuteMs)
    vi.advanceTimersByTime(minuteMs)
    way.want()
    expect(attempts).toBe(2)
    way.close()
  } finally {
    vi.useRealTimers()
  }
})
