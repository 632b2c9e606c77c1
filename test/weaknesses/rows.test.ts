import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const sources = globSync('{relay-core/src,test}/**/*.ts', { cwd: root })

/** What stock NPS is known for: weaknesses of safety, of reliability, and what its users asked for most. */
const numbers = (letter: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
const all = [...numbers('S', 15), ...numbers('R', 15), ...numbers('W', 13)]

/** The rows of the tables in docs/nps-compat.md, by their number. */
const rows = new Map(
  readFileSync(join(root, 'docs/nps-compat.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, number = '']) => /^[SRW]\d+$/.test(number))
    .map(([, number = '', , here = '', shownBy = '']) => [number, { here, shownBy }]),
)

/** The numbers at the beginning of a test's name, as in `S15, W3: …`. */
const tested = new Set(
  sources
    .filter((file) => !file.endsWith('rows.test.ts'))
    .flatMap((file) => [
      ...readFileSync(join(root, file), 'utf8').matchAll(/['`]((?:[SRW]\d+, )*[SRW]\d+): /g),
    ])
    .flatMap(([, found = '']) => found.split(', ')),
)

describe('docs/nps-compat.md', () => {
  it('has a row for every known weakness and wish, and no other', () => {
    expect([...rows.keys()].toSorted()).toEqual(all.toSorted())
  })

  it.each(all)('%s is shown by a test of that number, or says that it does not apply', (number) => {
    const { here = '', shownBy = '' } = rows.get(number) ?? {}
    expect(here).not.toMatch(/not yet/)
    const refersTo = /^as ([SRW]\d+)$/.exec(shownBy)?.[1]
    const isAnswered = shownBy.startsWith('does not apply') || tested.has(refersTo ?? number)
    expect(isAnswered, `no test is named ${number}`).toBe(true)
  })

  it('names only files that there are', () => {
    const files = new Set(sources.map((file) => basename(file)))
    const named = [...rows.values()].flatMap(({ shownBy }) => shownBy.match(/[\w/.-]+\.ts/g) ?? [])
    expect(named.filter((file) => !files.has(basename(file)))).toEqual([])
  })
})
