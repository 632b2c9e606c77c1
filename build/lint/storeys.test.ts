import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { houses } from './houses.ts'
import { climb, type House } from './storeys.ts'

const repository = resolve(import.meta.dirname, '../..')

async function foldersOf({ root }: House): Promise<Set<string>> {
  const folders = new Set<string>()
  for await (const file of glob(`${root}/**/*.{ts,vue}`, { cwd: repository })) {
    // what this test and that of the import rules try the linter with
    if (/probe\.(ts|vue)$/i.test(file)) continue
    folders.add(relative(root, dirname(file)) || '.')
  }
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

  it('is a rule of the linter, in whatever way a file names another', () => {
    const [lowest, highest] = [order[0], order.at(-1)]
    const probe = join(repository, fileIn(lowest?.folder ?? ''))
    const other = `./${relative(dirname(probe), join(repository, fileIn(highest?.folder ?? '')))}`
    const climbing = [
      `export * from '${other}'`,
      `import '${other}'`,
      `export const later = import('${other}')`,
      `export const template = import(\`${other}\`)`,
      `export type Seen = import('${other}').Seen`,
      ...(house.packageName === undefined ? [] : [`export * from '${house.packageName}/relay'`]),
    ]
    writeFileSync(probe, `${climbing.join('\n')}\n`)
    try {
      const { stdout } = spawnSync('oxlint', ['--format', 'unix', probe], {
        cwd: repository,
        encoding: 'utf8',
      })
      const lines = climbing.map((_line, at) => at + 1)
      const refused = (line: number) => new RegExp(`probe\\.ts:${line}:.*house\\(storeys\\)`).test(stdout)
      expect(lines.filter((line) => !refused(line))).toEqual([])
    } finally {
      rmSync(probe)
    }
  })
})

it('a folder without a storey is named, whichever end it is at', () => {
  const house: House = { root: 'x', storeys: [['low'], ['high']] }
  expect(climb(house, 'x/low/a.ts', 'x/new/b.ts')).toContain('x/new has no storey')
  expect(climb(house, 'x/new/b.ts', 'x/low/a.ts')).toContain('x/new has no storey')
  expect(climb(house, 'x/low/a.ts', 'y/other/b.ts')).toBeNull()
})
