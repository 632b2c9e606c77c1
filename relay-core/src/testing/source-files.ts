import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** The sources of relay-core, tests apart, that hold `pattern`: for rules of the kind "this is done in one place". */
export async function filesWith(pattern: RegExp): Promise<string[]> {
  const folder = join(import.meta.dirname, '..')
  const paths = await readdir(folder, { recursive: true })
  const names = paths.map((path) => path.replaceAll(sep, '/'))
  const sources = names.filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('testing'),
  )
  const found = await Promise.all(
    sources.map(async (name) => (pattern.test(await readFile(join(folder, name), 'utf8')) ? [name] : [])),
  )
  return found.flat().sort()
}
