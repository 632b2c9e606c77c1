import { expect, test } from 'vitest'
import type { ServiceStatus } from '../../service/service.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { awaitReady } from './await-ready.ts'

/** Lets this many seconds pass, and after each tenth of one what waits for it run. */
async function passSeconds(clock: ManualClock, seconds: number): Promise<void> {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    clock.advance(100)
    for (let turn = 0; turn < 8; turn++) await Promise.resolve()
  }
}

function waitFor(status: ServiceStatus) {
  const clock = new ManualClock()
  const program = { ready: false }
  const waited = awaitReady({
    name: 'npc',
    status: async () => status,
    isReady: async () => {
      if (!program.ready) throw new Error('it is still connecting')
      return 'npc is running.'
    },
    logHint: 'npc.log',
    clock,
  })
  let end: string | undefined
  waited.then(
    (line) => (end = line),
    (error: Error) => (end = error.message),
  )
  return { clock, program, end: () => end }
}

test('a program that a busy machine starts slowly is waited for as long as its process is there', async () => {
  const { clock, program, end } = waitFor({ state: 'running', pid: 42 })
  await passSeconds(clock, 40)
  expect(end()).toBeUndefined()
  program.ready = true
  await passSeconds(clock, 1)
  expect(end()).toBe('npc is running.')
})

test('one that is there and says nothing for a minute is told as that, and not as one that does not run', async () => {
  const { clock, end } = waitFor({ state: 'running', pid: 42 })
  await passSeconds(clock, 61)
  expect(end()).toBe('npc runs, but is not ready: it is still connecting. Its log tells more: npc.log')
})

test('one that has failed is told of at once', async () => {
  const { clock, end } = waitFor({ state: 'failed', detail: 'port 8024 is taken' })
  await passSeconds(clock, 1)
  expect(end()).toBe('npc does not run: port 8024 is taken. Its log tells more: npc.log')
})
