import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { shares } from './shares.ts'

it('every parser has its part of the cases, and together they are all of them', () => {
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(1000)
  const tests = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.fuzz.test.ts'))
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('')
  const fuzzed = [...tests.matchAll(/fuzz\('([^']+)'/g)].map(([, name]) => name)
  expect(fuzzed.toSorted()).toEqual(Object.keys(shares).toSorted())
})
