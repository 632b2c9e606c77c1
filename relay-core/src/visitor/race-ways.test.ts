import { PassThrough, type Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { raceWays } from './race-ways.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A way that answers when the test says so, and stops when it is told to. */
function way() {
  const streams: PassThrough[] = []
  let tries = 0
  let pending: PromiseWithResolvers<Duplex> | undefined
  return {
    streams,
    tries: () => tries,
    open: ({ signal }: { signal: AbortSignal }) => {
      tries += 1
      const opening = Promise.withResolvers<Duplex>()
      pending = opening
      signal.addEventListener('abort', () => opening.reject(signal.reason))
      return opening.promise
    },
    succeed: () => {
      const stream = new PassThrough()
      streams.push(stream)
      pending?.resolve(stream)
      return stream
    },
    fail: (message: string) => pending?.reject(new Error(message)),
  }
}

function race() {
  const [direct, relay] = [way(), way()]
  const heard = Promise.withResolvers<void>()
  const leaving = new AbortController()
  const won = raceWays({
    direct: direct.open,
    heard: heard.promise,
    byRelay: relay.open,
    signal: leaving.signal,
  })
  won.catch(() => undefined)
  return { direct, relay, heard, leaving, won }
}

const turn = () => vi.advanceTimersByTimeAsync(0)

test('both are begun together, and the relay wins where nothing is heard directly before', async () => {
  const { direct, relay, won } = race()
  expect([direct.tries(), relay.tries()]).toEqual([1, 1])
  const stream = relay.succeed()
  expect(await won).toBe(stream)
})

test('what is heard directly leaves the relay, and takes its time from then on', async () => {
  const { direct, relay, heard, won } = race()
  heard.resolve()
  await turn()
  await vi.advanceTimersByTimeAsync(5_000)
  const stream = direct.succeed()
  expect(await won).toBe(stream)
  expect(relay.tries()).toBe(1)
})

test('one that has answered too late is closed again', async () => {
  const { direct, relay, won } = race()
  const first = direct.succeed()
  const second = relay.succeed()
  expect(await won).toBe(first)
  await turn()
  expect([first.destroyed, second.destroyed]).toEqual([false, true])
})

test('a direct way on which nothing is heard is left after two seconds; a relay that takes longer is waited for', async () => {
  const { direct, relay, won } = race()
  await vi.advanceTimersByTimeAsync(2_000)
  const stream = relay.succeed()
  expect(await won).toBe(stream)
  expect(direct.streams).toEqual([])
})

test('where the relay is away the direct way is enough', async () => {
  const { direct, relay, won } = race()
  relay.fail('ECONNREFUSED')
  await turn()
  const stream = direct.succeed()
  expect(await won).toBe(stream)
})

test('where both fail the relay says why, asked once more if it had been left', async () => {
  const first = race()
  first.direct.fail('connection reset')
  first.relay.fail('target-refused')
  await expect(first.won).rejects.toThrow('target-refused')

  const second = race()
  second.heard.resolve()
  await turn()
  second.direct.fail('connection reset')
  await turn()
  expect(second.relay.tries()).toBe(2)
  const stream = second.relay.succeed()
  expect(await second.won).toBe(stream)
})

test('a visitor that leaves ends both', async () => {
  const { leaving, won } = race()
  leaving.abort(new Error('the visitor has gone'))
  await expect(won).rejects.toThrow('the visitor has gone')
})
