import { beforeEach, expect, test } from 'vitest'
import { rememberUse, usedLately } from './last-use.ts'

beforeEach(() => localStorage.clear())

test('a box is used lately for a week', () => {
  rememberUse('lab-1')
  expect([usedLately('lab-1'), usedLately('lab-2')]).toEqual([true, false])
})

test.each(['', 'no JSON', 'null', '[1]', '7', '{"lab-1":"soon"}', '{"lab-1":null}', '{"lab-1":9e99}'])(
  'a storage that holds %s is nothing worse than an empty one',
  (text) => {
    localStorage.setItem('nps-desktop:last-use', text)
    expect(usedLately('lab-1')).toBe(false)
    rememberUse('lab-1')
    expect(usedLately('lab-1')).toBe(true)
  },
)
