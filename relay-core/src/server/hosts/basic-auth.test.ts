import { expect, test } from 'vitest'
import { provesUser } from './basic-auth.ts'

const users = [
  { name: 'goudan', password: 'a:密码' },
  { name: 'ada', password: '' },
]
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test('a user is proved by name and password together, colons and other scripts included', () => {
  expect(provesUser(users, basic('goudan:a:密码'))).toBe(true)
  expect(provesUser(users, `bAsIc  ${basic('goudan:a:密码').slice(6)}`)).toBe(true)
  for (const wrong of [
    undefined,
    '',
    'Basic',
    'Basic !',
    basic('goudan'),
    basic('goudan:'),
    basic('ada:a:密码'),
    basic(':'),
  ])
    expect({ wrong, proved: provesUser(users, wrong) }).toEqual({ wrong, proved: false })
  expect(provesUser([], basic(':'))).toBe(false)
})
