import { expect, it } from 'vitest'
import { Results } from './results.ts'

it('answers the median of the rounds of one pair', () => {
  const results = new Results()
  for (const up of [300, 100, 200]) results.add('ours', { up })
  results.add('frp', { up: 5 })
  expect(results.median('ours', 'up')).toBe(200)
  expect(results.median('ours', 'down')).toBeUndefined()
  expect(results.median('rathole', 'up')).toBeUndefined()
})

it('has null for what did not happen in time in half of the rounds or more', () => {
  const results = new Results()
  results.add('ours', { restart: 1 })
  results.add('ours', { restart: 3 })
  results.add('ours', { restart: null })
  expect(results.median('ours', 'restart')).toBe(3)
  results.add('ours', { restart: null })
  expect(results.median('ours', 'restart')).toBeNull()
})

it('takes a round in which nothing was counted as not measured', () => {
  const results = new Results()
  results.add('ours', { idleP50: NaN })
  expect(results.median('ours', 'idleP50')).toBeUndefined()
  expect(results.measured).toEqual([])
  results.add('ours', { idleP50: 2 })
  expect(results.median('ours', 'idleP50')).toBe(2)
})

it('lists what was measured in the order of the table', () => {
  const results = new Results()
  results.add('frp', { restart: 1, up: 2 })
  results.add('ours', { streams: 1 })
  expect(results.measured).toEqual(['up', 'streams', 'restart'])
})
