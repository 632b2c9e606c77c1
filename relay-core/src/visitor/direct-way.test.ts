import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { RelayError } from '../api/errors.ts'
import type { VisitorLink } from '../direct/link/visitor-link.ts'
import { silentLog } from '../log/log.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { DirectWay, type LinkListener } from './direct-way.ts'

const minuteMs = 60_000
const heardStream = () => Object.assign(new PassThrough(), { heard: Promise.resolve(), wasReset: false })
const measure = () => Promise.resolve({ roundTripMs: 12, lostPart: 0, upBytesPerSecond: 1 })
const seekAgain = () => Promise.resolve(true)

/** A link with one stream, until it is closed. */
function linkOf({ isDirect = true, hasRelay = true } = {}) {
  const ended = Promise.withResolvers<Error | undefined>()
  return {
    isDirect,
    hasRelay,
    roundTripMs: 12,
    streamCount: 1,
    openStream: vi.fn<typeof heardStream>(heardStream),
    measure,
    close: () => ended.resolve(undefined),
    closed: ended.promise,
  }
}

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

test('in another network it is looked for at once, and after a minute again', async () => {
  const clock = new ManualClock()
  let network = 'home'
  const arrange = vi.fn<() => Promise<undefined>>(() => Promise.resolve(undefined))
  const way = new DirectWay({ arrange, log: silentLog, clock, network: () => network })
  const visit = async () => {
    way.want()
    await new Promise(setImmediate)
    return arrange.mock.calls.length
  }
  expect(await visit()).toBe(1)
  clock.advance(minuteMs)
  expect(await visit()).toBe(2)
  network = 'university'
  expect(await visit()).toBe(3)
  clock.advance(minuteMs)
  expect(await visit()).toBe(4)
  expect(await visit()).toBe(4)
  way.close()
})

test('a link that carries nothing ends after five minutes, one with a stream does not', async () => {
  const clock = new ManualClock()
  const carry = linkOf()
  const close = vi.spyOn(carry, 'close')
  const arrange = () => Promise.resolve({ carry, seekAgain })
  const way = new DirectWay({ arrange, log: silentLog, clock })
  way.want()
  await new Promise(setImmediate)
  clock.advance(60 * minuteMs)
  expect(close).not.toHaveBeenCalled()
  carry.streamCount = 0
  clock.advance(5 * minuteMs - 1)
  expect(close).not.toHaveBeenCalled()
  clock.advance(minuteMs)
  expect(close).toHaveBeenCalled()
  await new Promise(setImmediate)
  expect(clock.waiting).toBe(0)
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

test('a direct way that has fallen silent is looked for again while its link has streams, at most once a minute', async () => {
  const clock = new ManualClock()
  const carry = linkOf()
  const seekAgain = vi.fn<VisitorLink['seekAgain']>(() => Promise.resolve(true))
  const arrange = vi.fn<() => Promise<VisitorLink>>(() => Promise.resolve({ carry, seekAgain }))
  const way = new DirectWay({ arrange, log: silentLog, clock })
  const visit = async () => {
    way.want()
    await new Promise(setImmediate)
  }
  await visit()
  clock.advance(minuteMs)
  await visit()
  expect(seekAgain).toHaveBeenCalledTimes(0)
  carry.isDirect = false
  await visit()
  await visit()
  expect(seekAgain).toHaveBeenCalledTimes(1)
  clock.advance(minuteMs)
  seekAgain.mockResolvedValueOnce(false)
  await visit()
  expect(seekAgain).toHaveBeenCalledTimes(2)
  clock.advance(minuteMs)
  seekAgain.mockRejectedValueOnce(new Error('the lab box did not say where it is'))
  await visit()
  expect(seekAgain).toHaveBeenCalledTimes(3)
  clock.advance(5 * minuteMs)
  carry.isDirect = true
  await visit()
  expect(seekAgain).toHaveBeenCalledTimes(3)
  expect(arrange).toHaveBeenCalledTimes(1)
  way.close()
  await carry.closed
  expect(clock.waiting).toBe(0)
})

test('a link that has lost its relay goes on, and is followed by another one at the next visit', async () => {
  const clock = new ManualClock()
  const links = [true, false].map((hasRelay) => ({ carry: linkOf({ hasRelay }), seekAgain }))
  const [second, first] = links
  if (!first || !second) throw new Error('two links')
  const arranged = [first, second]
  const way = new DirectWay({ arrange: () => Promise.resolve(arranged.shift()), log: silentLog, clock })
  way.want()
  await new Promise(setImmediate)
  clock.advance(minuteMs)
  way.open()
  expect(first.carry.openStream).toHaveBeenCalledTimes(1)
  await new Promise(setImmediate)
  way.open()
  expect(second.carry.openStream).toHaveBeenCalledTimes(1)
  first.carry.close()
  await first.carry.closed
  way.open()
  expect(second.carry.openStream).toHaveBeenCalledTimes(2)
  way.close()
  await second.carry.closed
  await new Promise(setImmediate)
  expect(clock.waiting).toBe(0)
})

test('it says which way is used: looked for, direct with its round trip, silent, and why it is not direct', async () => {
  const carry = linkOf({ isDirect: false })
  const listeners: LinkListener[] = []
  const found = Promise.withResolvers<VisitorLink | undefined>()
  const arrange = vi
    .fn<(listener: LinkListener) => Promise<VisitorLink | undefined>>()
    .mockImplementationOnce((listener) => {
      listeners.push(listener)
      return found.promise
    })
    .mockRejectedValueOnce(new RelayError('direct-limited', ''))
  const way = new DirectWay({ arrange, log: silentLog, clock: new ManualClock() })
  const told: string[] = []
  way.onChange(() => told.push(way.way.way === 'direct' ? 'direct' : way.way.reason))
  expect(way.way).toMatchObject({ way: 'relay', reason: 'not-tried', triedAtMs: null })
  way.want()
  found.resolve({ carry, seekAgain })
  await new Promise(setImmediate)
  expect(told).toEqual(['looking'])
  carry.isDirect = true
  listeners[0]?.onWay()
  carry.roundTripMs = 15
  expect(way.way).toMatchObject({ way: 'direct', roundTripMs: 15 })
  carry.isDirect = false
  listeners[0]?.onWay()
  expect(way.way).toMatchObject({ way: 'relay', reason: 'silent', directAtMs: expect.any(Number) })
  carry.close()
  await new Promise(setImmediate)
  way.want()
  await new Promise(setImmediate)
  expect(told).toEqual(['looking', 'direct', 'silent', 'not-tried', 'looking', 'limited'])
  expect(way.way).toMatchObject({ againAtMs: expect.any(Number) })
  way.close()
})

test('who presses "Try now" waits for no interval, but for eleven seconds after the last attempt', async () => {
  const clock = new ManualClock()
  const arrange = vi.fn<() => Promise<undefined>>(() => Promise.resolve(undefined))
  const way = new DirectWay({ arrange, log: silentLog, clock })
  const press = async () => {
    way.tryNow()
    await new Promise(setImmediate)
  }
  await press()
  await press()
  expect(arrange).toHaveBeenCalledTimes(1)
  clock.advance(11_000)
  await press()
  expect(arrange).toHaveBeenCalledTimes(2)
  way.close()
})

test('switched off, it is neither used nor looked for, and a link that is there is used again at once when it is switched on', async () => {
  const carry = linkOf()
  const arrange = vi.fn<() => Promise<VisitorLink>>(() => Promise.resolve({ carry, seekAgain }))
  const way = new DirectWay({ arrange, log: silentLog, clock: new ManualClock() })
  let told = 0
  way.onChange(() => (told += 1))
  way.allow(false)
  way.allow(false)
  expect(told).toBe(1)
  expect(way.way).toMatchObject({ way: 'relay', reason: 'off-here', directAtMs: null })
  way.want()
  way.tryNow()
  expect(arrange).not.toHaveBeenCalled()
  way.allow(true)
  way.want()
  await new Promise(setImmediate)
  expect(way.way.way).toBe('direct')
  way.allow(false)
  expect(way.open()).toBeUndefined()
  await expect(way.measure()).rejects.toThrow('no direct way')
  expect(way.way).toMatchObject({ reason: 'off-here', directAtMs: expect.any(Number) })
  way.allow(true)
  expect(way.open()).toBeDefined()
  expect(way.way.way).toBe('direct')
  way.close()
})
