import { expect, it } from 'vitest'
import { Absences } from './absences.ts'

const first = { instance: 'a1' }
const anew = { instance: 'b2' }

it.each([
  ['npc was stopped', 'stopped', anew, 'stopped'],
  ['nothing was heard, and the same program is back', 'silent', first, 'lost'],
  ['nothing was heard, and it was started anew', 'silent', anew, 'restarted'],
  ['a program that does not say which it is', 'read ECONNRESET', { instance: '' }, 'lost'],
  ['its client was switched off', 'disabled', first, 'disabled'],
  ['a login page kept it away', 'silent', { ...first, wasBehindPortal: true }, 'portal'],
  ['its machine restarted behind a login page', 'stopped', { ...anew, wasBehindPortal: true }, 'portal'],
  [
    'stopped, and the same program is back from a login page',
    'stopped',
    { ...first, wasBehindPortal: true },
    'stopped',
  ],
  ['a login page, and switched off', 'disabled', { ...first, wasBehindPortal: true }, 'disabled'],
] as const)('%s', (_what, reason, returned, why) => {
  const absences = new Absences()
  absences.onLeft(first, reason, 1_000)
  const whileAway = {
    silent: 'lost',
    stopped: 'stopped',
    disabled: 'disabled',
    'read ECONNRESET': 'lost',
  } as const
  expect(absences.why).toBe(whileAway[reason])
  absences.onReturned(returned, 61_000)
  expect(absences.why).toBeUndefined()
  expect(absences.last).toEqual({ sinceMs: 1_000, untilMs: 61_000, why })
})

it('a short absence is none, and does not hide the last one', () => {
  const absences = new Absences()
  absences.onReturned(first, 500)
  expect(absences.last).toBeUndefined()
  absences.onLeft(first, 'silent', 1_000)
  absences.onReturned(first, 61_000)
  absences.onLeft(first, 'stopped', 70_000)
  absences.onReturned(first, 75_000)
  expect(absences.last).toMatchObject({ sinceMs: 1_000 })
})

it('after the clock was set back to before it, how long it was away is not known', () => {
  const absences = new Absences()
  absences.onLeft(first, 'silent', 1_000)
  absences.onReturned(first, 61_000)
  absences.onLeft(first, 'silent', 3_600_000)
  absences.onReturned(first, 100_000)
  expect(absences.last).toBeUndefined()
})
