import { expect, it } from 'vitest'
import { PasswordCheck } from './password-check.ts'

const accounts = [
  { name: 'ada', password: 'right' },
  { name: 'bob', password: 'right' },
]

function guessing(names: readonly string[], address: string) {
  let nowMs = 0
  const passwords = new PasswordCheck({ now: () => nowMs })
  for (let guess = 0; guess < 20; guess += 1)
    for (const name of names) passwords.check(accounts, { name, password: String(guess) }, address)
  const check = (name: string, from: string) => passwords.check(accounts, { name, password: 'right' }, from)
  return { check, later: (ms: number) => (nowMs += ms) }
}

it('locks out who guesses, for the right password too, until a minute is over', () => {
  const { check, later } = guessing(['ada'], '203.0.113.7')
  expect(check('ada', '203.0.113.7')).toBe('locked')
  expect(check('ada', '::ffff:203.0.113.7')).toBe('locked')
  later(60_000)
  expect(check('ada', '203.0.113.7')).toBe('proved')
})

it('locks out neither the same name elsewhere nor, but for one in 64, another name at the same address', () => {
  const { check } = guessing(['ada'], '203.0.113.7')
  expect(check('ada', '203.0.113.8')).toBe('proved')
  // each check has its own secret grouping, so that all of ten meeting is out of the question
  const others = Array.from({ length: 10 }, () =>
    guessing(['ada'], '203.0.113.7').check('bob', '203.0.113.7'),
  )
  expect(others).toContain('proved')
})

it('does not count a right password as a pardon for wrong ones', () => {
  const passwords = new PasswordCheck()
  for (let guess = 0; guess < 20; guess += 1) {
    passwords.check(accounts, { name: 'ada', password: String(guess) }, '203.0.113.7')
    passwords.check(accounts, { name: 'ada', password: 'right' }, '203.0.113.7')
  }
  expect(passwords.check(accounts, { name: 'ada', password: 'right' }, '203.0.113.7')).toBe('locked')
})
