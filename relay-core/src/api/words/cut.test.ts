import { expect, test } from 'vitest'
import { cut } from './cut.ts'

test('a text is cut between characters as a person sees them', () => {
  expect(cut('Jupyter', 7)).toBe('Jupyter')
  expect(cut('Jupyter', 3)).toBe('Jup')
  expect(cut('', 0)).toBe('')
  // a surrogate pair, a family joined by ZWJ, a flag of two letters, an e with its accent apart
  expect(cut('lab🚀', 4)).toBe('lab')
  expect(cut('lab🚀!', 5)).toBe('lab🚀')
  expect(cut('lab👩‍👩‍👧!', 8)).toBe('lab')
  expect(cut('a🇨🇳🇨🇳', 5)).toBe('a🇨🇳')
  expect(cut('a🇨🇳', 3)).toBe('a')
  expect(cut('👍🏻', 3)).not.toMatch(/\p{Cs}/u)
  expect(cut('ok👍🏻', 4)).toBe('ok')
  expect(cut('cafe\u0301s', 4)).toBe('caf')
  expect(cut('服务器', 2)).toBe('服务')
})

test('one character that is longer than there is room for is cut by code points', () => {
  expect(cut(`e${'\u0301'.repeat(100)}`, 10)).toHaveLength(10)
  expect(cut('👩‍👩‍👧', 4)).toBe('👩‍')
  expect(cut('👩‍👩‍👧', 3)).toBe('👩‍')
  expect(cut('🚀', 1)).toBe('')
})
