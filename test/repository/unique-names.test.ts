import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const repository = resolve(import.meta.dirname, '../..')

const files = globSync('{build,electron,relay-core,renderer,test}/**/*.{ts,vue}', {
  cwd: repository,
  exclude: ['**/node_modules', '**/dist', 'build/out'],
}).filter((file) => !file.includes('node_modules/'))

/** What is found more than once, with its places. */
function repeated(places: readonly (readonly [name: string, file: string])[]): [string, string[]][] {
  const byName = new Map<string, string[]>()
  for (const [name, file] of places) byName.set(name, [...(byName.get(name) ?? []), file])
  return [...byName].filter(([, found]) => found.length > 1)
}

it('gives each file a name of its own, so that a name is enough to find it', () => {
  // The entry of a package, the words of a screen in two languages, and the test of a component, which is named like the component.
  const named = files.filter(
    (file) =>
      basename(file) !== 'index.ts' && !/^renderer\/src\/(locales\/.*|.*\.test)\.ts$|\.d\.ts$/.test(file),
  )
  expect(named.length).toBeGreaterThan(1000)
  expect(repeated(named.map((file) => [basename(file), file]))).toEqual([])
})

it('gives each exported type one meaning', () => {
  const types = files.flatMap((file) => {
    const text = readFileSync(join(repository, file), 'utf8')
    return [
      ...text.matchAll(/^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)(?=[\s<{=])/gm),
    ].map(([, name = '']) => [name, file] as const)
  })
  expect(types.length).toBeGreaterThan(1000)
  expect(repeated(types)).toEqual([])
})
