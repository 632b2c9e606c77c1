import { expect, it } from 'vitest'
import { readSettings } from './setting-flags.ts'

it('reads users, and takes them away only when told so', () => {
  const users = [
    { name: 'ada', password: 'a:b' },
    { name: 'bob', password: 'c' },
  ]
  expect(readSettings({ user: 'ada:a:b,bob:c' }, {})).toEqual({ users })
  expect(readSettings({}, { users })).toEqual({ users })
  expect(readSettings({ user: 'off' }, { users })).toEqual({})
  for (const user of ['', 'ada', 'ada:', ':c', 'ada:a,']) {
    expect(() => readSettings({ user }, { users })).toThrow('-user needs name:password')
  }
})
