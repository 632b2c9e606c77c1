import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const tests = globSync('{relay-core/src,electron,renderer/src,test,build}/**/*.{test,spec}.ts', { cwd: root })

/** What stock NPS is known for: weaknesses of safety, of reliability, and what its users asked for most. */
const numbers = (letter: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
const all = [...numbers('S', 15), ...numbers('R', 15), ...numbers('W', 13)]

/** The rows of the tables in docs/nps-compat.md. */
const rows = readFileSync(join(root, 'docs/nps-compat.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number = '']) => /^[SRW]\d+$/.test(number))
  .map(([, number = '', , here = '', shownBy = '']) => ({ number, here, shownBy }))

/** The numbers at the beginning of a test's name, as in `S15, W3: …`. */
const tested = new Set(
  // a row of the compliance table is a test too
  globSync('{relay-core/src,test}/**/*.ts', { cwd: root, exclude: ['**/dist'] })
    .flatMap((file) => [
      ...readFileSync(join(root, file), 'utf8').matchAll(/['`]((?:[SRW]\d+, )*[SRW]\d+): /g),
    ])
    .flatMap(([, found = '']) => found.split(', ')),
)

it('docs/nps-compat.md answers every known weakness and wish of stock NPS, each once, and no other', () => {
  expect(rows.map(({ number }) => number)).toEqual(all)
})

it.each(rows)('$number is shown by a test of that number, or does not apply', ({ number, here, shownBy }) => {
  expect(here).not.toMatch(/not yet/)
  const refersTo = /^as ([SRW]\d+)$/.exec(shownBy)?.[1]
  expect(shownBy.startsWith('does not apply') || tested.has(refersTo ?? number)).toBe(true)
})

it('the tests that it names are there', () => {
  const there = new Set(tests.map((file) => basename(file)))
  const named = rows.flatMap(({ shownBy }) => shownBy.match(/[\w.-]+\.(?:test|spec)\.ts\b/g) ?? [])
  expect(named.filter((name) => !there.has(name))).toEqual([])
})
