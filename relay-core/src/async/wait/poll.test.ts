import { expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { poll } from './poll.ts'

it('looks at once, then again until there is an answer', async () => {
  const clock = new ManualClock()
  const answers = [undefined, undefined, 'ready']
  let looks = 0
  const waiting = poll(() => answers[looks++], {
    intervalMs: 50,
    timeoutMs: 1_000,
    onTimeout: () => new Error('late'),
    clock,
  })
  expect(looks).toBe(1)
  for (const expected of [2, 3]) {
    await untilPaused(clock)
    clock.advance(50)
    await untilPaused(clock, 0)
    expect(looks).toBe(expected)
  }
  await expect(waiting).resolves.toBe('ready')
  expect(clock.waiting).toBe(0)
})

it('fails with the chosen failure when no answer comes in time', async () => {
  const clock = new ManualClock()
  const waiting = poll(() => undefined, {
    intervalMs: 50,
    timeoutMs: 60,
    onTimeout: () => new Error('it is not ready'),
    clock,
  })
  await untilPaused(clock)
  clock.advance(60)
  await expect(waiting).rejects.toThrow('it is not ready')
})

/** The turns that a poll takes until it pauses: beside the deadline there is one more timer then. */
async function untilPaused(clock: ManualClock, timers = 2): Promise<void> {
  for (let turn = 0; turn < 10 && clock.waiting < timers; turn += 1) await Promise.resolve()
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}
