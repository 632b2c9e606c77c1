import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/nps-compat.md'), 'utf8')
const rows = [...text.matchAll(/^\| ([SRW]\d+) +\|.*$/gm)].map(([row, number = '']) => ({ row, number }))
const upTo = (letter: string, last: number) =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`)

it('docs/nps-compat.md answers every known weakness of stock NPS, each once', () => {
  expect(rows.map(({ number }) => number)).toEqual([...upTo('S', 15), ...upTo('R', 15), ...upTo('W', 13)])
})

it('the tests that it names are there', () => {
  const there = new Set(
    ['relay-core/src', 'electron', 'renderer/src', 'test', 'build'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => !path.includes('node_modules'))
        .map((path) => path.slice(path.lastIndexOf('/') + 1)),
    ),
  )
  const named = rows.flatMap(({ row }) => row.match(/[\w.-]+\.(?:test|spec)\.ts\b/g) ?? [])
  expect(named.filter((name) => !there.has(name))).toEqual([])
})
