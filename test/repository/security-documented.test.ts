import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/security.md'), 'utf8')
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise |') && !line.startsWith('| --- |'))
/** A file is followed by its tests: `x.test.ts` "one", "another". */
const testsOf = (row: string) =>
  [...row.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`((?:,? "[^"]+")+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title })),
  )

it('docs/security.md names a test for every promise', () => {
  expect(rows.length).toBeGreaterThan(10)
  expect(rows.filter((row) => testsOf(row).length === 0)).toEqual([])
  const named = rows.join().match(/`[\w./-]+\.(?:test|spec)\.ts`/g) ?? []
  expect(rows.flatMap(testsOf).length).toBeGreaterThanOrEqual(named.length)
})

it('the tests that it names are there, with these titles', () => {
  const isThere = ({ file, title }: { file: string; title: string }) =>
    existsSync(join(root, file)) && readFileSync(join(root, file), 'utf8').includes(title)
  expect(rows.flatMap(testsOf).filter((test) => !isThere(test))).toEqual([])
})

it('says of every role what is not promised', () => {
  const roles = text.split(/^## /m).slice(1)
  expect(roles.filter((role) => !role.includes('Not promised:')).map((role) => role.split('\n')[0])).toEqual(
    [],
  )
})
