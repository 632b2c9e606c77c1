import { expect, test } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { AnswerVerdict } from './answer.ts'
import { maxPerMinute, maxWaiting, Outbox } from './outbox.ts'

const taken: AnswerVerdict = { state: 'taken', status: 200, said: '' }
const broken: AnswerVerdict = { state: 'refused', status: 500, said: 'broken', isBusy: true }
const [minute, hour] = [60_000, 3_600_000]

/** An outbox whose service answers as `next` says; time passes by hand. */
function opened(first: AnswerVerdict) {
  const clock = new ManualClock()
  const sent: number[] = []
  let answer: AnswerVerdict | Promise<AnswerVerdict> = first
  const outbox = new Outbox({
    send: async ({ atMs }) => {
      sent.push(atMs)
      return await answer
    },
    log: silentLog,
    clock,
  })
  let last = 0
  const add = () =>
    outbox.add({ atMs: clock.now() + (last += 1) / 1_000, server: 's', event: { event: 'test' } })
  /** Lets what is due happen, in steps, because each answer comes a turn later. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000))
      await settle()
    }
    await settle()
  }
  return {
    clock,
    outbox,
    sent,
    add,
    pass,
    answer: (next: AnswerVerdict | Promise<AnswerVerdict>) => (answer = next),
  }
}
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

test('messages go in order, and no more in a minute than services take', async () => {
  const { outbox, sent, add, pass } = opened(taken)
  for (let count = 0; count < maxPerMinute + 3; count++) add()
  await settle()
  await pass(minute - 1_000)
  expect(sent).toHaveLength(maxPerMinute)
  await expect(outbox.sendNow({ atMs: 0, server: 's', event: { event: 'test' } })).rejects.toMatchObject({
    code: 'limit-reached',
  })
  await pass(2_000)
  expect(sent).toEqual([...sent].sort((a, b) => a - b))
  expect([sent.length, outbox.waiting, outbox.lost]).toEqual([maxPerMinute + 3, 0, 0])
})

test('a service that is away is asked ever more rarely, and gets the message when it is back', async () => {
  const { outbox, sent, add, pass, answer } = opened(broken)
  add()
  await pass(hour)
  expect(sent.length).toBeGreaterThan(5)
  expect(sent.length).toBeLessThan(12)
  expect([outbox.waiting, outbox.last?.said]).toEqual([1, 'broken'])
  answer(taken)
  await pass(31 * minute)
  expect([outbox.waiting, outbox.lost, outbox.last?.state]).toEqual([0, 0, 'taken'])
})

test('messages that come while a service is away do not put the next try off', async () => {
  const { outbox, sent, add, pass, answer } = opened(broken)
  for (let seconds = 0; seconds < 300; seconds += 5) {
    add()
    await pass(5_000)
  }
  // After 10, 20, 40, 80 and 160 s, the last of which is not over.
  expect(sent).toHaveLength(5)
  answer(taken)
  await pass(30_000)
  expect([outbox.last?.state, outbox.waiting < maxWaiting]).toEqual(['taken', true])
})

test('a message that is refused for good, too old, or one too many is given up and counted', async () => {
  const { outbox, sent, add, pass, answer } = opened({ state: 'refused', status: 404, said: 'no such hook' })
  add()
  await pass(1_000)
  expect([sent.length, outbox.waiting, outbox.lost]).toEqual([1, 0, 1])
  answer(broken)
  add()
  await pass(7 * hour)
  expect([outbox.waiting, outbox.lost]).toEqual([0, 2])
  answer(new Promise(() => undefined))
  for (let count = 0; count < maxWaiting + 5; count++) add()
  await settle()
  expect([outbox.waiting, outbox.lost]).toEqual([maxWaiting, 7])
})

test('a closed one sends nothing more, and leaves no timer', async () => {
  const { clock, outbox, sent, add, pass } = opened(broken)
  add()
  add()
  await settle()
  outbox.close()
  await pass(hour)
  expect(sent).toHaveLength(1)
  expect(clock.waiting).toBe(0)
})

test('a clock that is set back holds no message up for longer than a minute', async () => {
  const { clock, outbox, sent, add, pass } = opened(taken)
  for (let count = 0; count < maxPerMinute; count++) add()
  await settle()
  clock.set(-24 * hour)
  add()
  await pass(minute + 1_000)
  expect([sent.length, outbox.waiting]).toEqual([maxPerMinute + 1, 0])
})
