import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { bunVersion } from '../relay/bun.ts'
import { notices } from './licence-notices.ts'
import { isPermissive } from './permissive.ts'

const root = resolve(import.meta.dirname, '../..')

/** Packages with another licence that nothing shipped contains, by what they are used for. */
const toolsOnly: Readonly<Record<string, string>> = {
  '@axe-core/playwright': 'tests of the screens',
  'axe-core': 'tests of the screens',
  argparse: 'electron-builder reads YAML',
  lightningcss: 'Vite makes style sheets',
  'truncate-utf8-bytes': 'electron-builder names files',
}

describe('the licence of a dependency', () => {
  it.each(['MIT', 'Apache-2.0', '(MIT OR CC0-1.0)', 'WTFPL OR ISC'])('may be %s', (expression) => {
    expect(isPermissive(expression)).toBe(true)
  })

  it.each(['GPL-3.0-only', 'MPL-2.0', 'MIT AND GPL-2.0-only', 'UNLICENSED', 'SEE LICENSE IN LICENSE', ''])(
    'may not be %s',
    (expression) => {
      expect(isPermissive(expression)).toBe(false)
    },
  )

  it('is such a one for every package that is installed, tools that nothing shipped contains aside', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { license?: string; link?: boolean }>
    }
    const others: string[] = []
    for (const [path, { license, link }] of Object.entries(packages)) {
      if (link || !path.includes('node_modules/')) continue
      const licence = license ?? legacyLicence(path)
      if (!isPermissive(licence)) others.push(path.replace(/^.*node_modules\//, ''))
    }
    // One package for each system that lightningcss runs on.
    const names = new Set(others.map((name) => name.replace(/^(lightningcss)-.*$/, '$1')))
    expect([...names].toSorted()).toEqual(Object.keys(toolsOnly).toSorted())
  })
})

/** As packages said it before 2014. */
function legacyLicence(path: string): string {
  const file = join(root, path, 'package.json')
  if (!existsSync(file)) return ''
  const { licenses } = JSON.parse(readFileSync(file, 'utf8')) as { licenses?: { type: string }[] }
  return licenses?.[0]?.type ?? ''
}

const mit = { version: '1.0.0', licence: 'MIT', text: 'Permission is hereby granted' }

test('packages that share the text of a licence share its entry', () => {
  const text = notices('It', [
    { name: 'b', ...mit },
    { name: 'a', ...mit },
    { name: 'a', ...mit },
  ])
  expect(text).toContain('a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n\nPermission is hereby granted\n')
  expect(text.match(/Permission/g)).toHaveLength(1)
})

test('a package with another licence stops the build', () => {
  expect(() => notices('It', [{ name: 'x', ...mit, licence: 'GPL-3.0-only' }])).toThrow(
    'x 1.0.0 has the licence GPL-3.0-only',
  )
})

test('the notices of Bun are read again with each new Bun', () => {
  expect(readFileSync(join(import.meta.dirname, 'bun.txt'), 'utf8')).toMatch(`Bun ${bunVersion} (MIT)`)
})
