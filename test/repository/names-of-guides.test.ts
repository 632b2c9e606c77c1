import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** What the examples of the how-tos would add, or what others call so; the sources know none of it. */
const namesOfExamples = ['AboutPage', 'inviteMinutes', 'invite_minutes', 'ray_version']

const topFolders = ['build', 'electron', 'relay-core', 'renderer', 'test']
const notSource = new Set(['node_modules', 'dist', 'out'])

function* sourcesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (notSource.has(entry.name) || path === join('test', 'repository')) continue
    if (entry.isDirectory()) yield* sourcesIn(path)
    else if (/\.(ts|vue|json)$/.test(entry.name)) yield readFileSync(join(root, path), 'utf8')
  }
}

const words = /[A-Za-z_]\w{3,}/g

function namesIn(guide: string): string[] {
  const prose = readFileSync(join(root, 'docs/how-to', guide), 'utf8').replace(/^ *```.*?^ *```$/gms, '')
  return [...prose.matchAll(/`([^`\n/]+)`/g)].flatMap(([, code = '']) => code.match(words) ?? [])
}

it('every name that a how-to gives is one of the sources', () => {
  const known = new Set(readFileSync(join(root, 'package.json'), 'utf8').match(words))
  for (const folder of topFolders)
    for (const source of sourcesIn(folder)) for (const word of source.match(words) ?? []) known.add(word)
  const named = readdirSync(join(root, 'docs/how-to')).flatMap((guide) =>
    namesIn(guide).map((name) => ({ guide, name })),
  )
  expect(named.length).toBeGreaterThan(100)
  const unknown = named.filter(({ name }) => !known.has(name))
  expect(unknown.filter(({ name }) => !namesOfExamples.includes(name))).toEqual([])
  expect(namesOfExamples.filter((name) => !unknown.some((one) => one.name === name))).toEqual([])
})
