import { expect, it } from 'vitest'
import { isTunnelUser, parseBasicAuth } from './tunnel-users.ts'

const accounts = [
  { name: 'ada', password: 'first password' },
  { name: 'bob', password: 'second password' },
]

it('W12: knows each account by its own password', () => {
  expect(isTunnelUser(accounts, { name: 'bob', password: 'second password' })).toBe(true)
  expect(isTunnelUser(accounts, { name: 'bob', password: 'first password' })).toBe(false)
  expect(isTunnelUser(accounts, { name: 'Bob', password: 'second password' })).toBe(false)
})

it('S9: a blank name or password lets nobody in, not even where one was stored', () => {
  const blank = [
    { name: '', password: '' },
    { name: 'ada', password: '' },
    { name: '', password: 'x' },
  ]
  for (const given of blank) expect(isTunnelUser([...accounts, ...blank], given)).toBe(false)
})

it('reads Basic, and nothing else', () => {
  const field = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  expect(parseBasicAuth(field('ada:a:b'))).toEqual({ name: 'ada', password: 'a:b' })
  expect(parseBasicAuth(field('ada'))).toBeUndefined()
  expect(parseBasicAuth('Bearer abc')).toBeUndefined()
  expect(parseBasicAuth('Basic ???')).toBeUndefined()
  expect(parseBasicAuth(undefined)).toBeUndefined()
})
