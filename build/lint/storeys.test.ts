import { glob } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { houses } from './houses.ts'
import { LintProbes } from './lint-probes.ts'
import { climb, type House } from './storeys.ts'

const repository = resolve(import.meta.dirname, '../..')

const probes = new LintProbes()
// it starts the linter, which takes seconds on a busy machine
beforeAll(() => probes.lint(), 60_000)

async function foldersOf({ root }: House): Promise<Set<string>> {
  const folders = new Set<string>()
  for await (const file of glob(`${root}/**/*.{ts,vue}`, { cwd: repository }))
    folders.add(relative(root, dirname(file)) || '.')
  return folders
}

describe.each(houses)('$root', (house) => {
  const order = house.storeys.flatMap((folders, storey) => folders.map((folder) => ({ folder, storey })))
  const fileIn = (folder: string) => join(house.root, folder, 'probe.ts')

  it('gives each folder one storey, and names no folder that is not there', async () => {
    expect(order.map(({ folder }) => folder).sort()).toEqual([...(await foldersOf(house))].sort())
  })

  it.each(order)(
    '$folder imports its own folder and what is below, and nothing else',
    ({ folder, storey }) => {
      const below = order.filter((other) => other.folder === folder || other.storey < storey)
      const allowed = order.filter((other) => climb(house, fileIn(folder), fileIn(other.folder)) === null)
      expect(allowed).toEqual(below)
    },
  )

  const [lowest = '', highest = ''] = [order[0]?.folder, order.at(-1)?.folder]
  const other = `./${relative(join(house.root, lowest), fileIn(highest))}`
  const climbing = [
    `export * from '${other}'`,
    `import '${other}'`,
    `export const later = import('${other}')`,
    `export const template = import(\`${other}\`)`,
    `export type Seen = import('${other}').Seen`,
    ...(house.packageName === undefined ? [] : [`export * from '${house.packageName}/relay'`]),
  ]
  const findings = probes.add(join(house.root, lowest), '.ts', `${climbing.join('\n')}\n`)

  it('is a rule of the linter, in whatever way a file names another', () => {
    const refused = new Set(findings().flatMap(({ rule, line }) => (rule === 'house(storeys)' ? [line] : [])))
    expect(climbing.filter((_text, at) => !refused.has(at + 1))).toEqual([])
  })
})

it('a folder without a storey is named, whichever end it is at', () => {
  const house: House = { root: 'x', storeys: [['low'], ['high']] }
  expect(climb(house, 'x/low/a.ts', 'x/new/b.ts')).toContain('x/new has no storey')
  expect(climb(house, 'x/new/b.ts', 'x/low/a.ts')).toContain('x/new has no storey')
  expect(climb(house, 'x/low/a.ts', 'y/other/b.ts')).toBeNull()
})
