import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'build/out/package')

/** The path of the one package of this version with that ending which `node build/app/package.ts` has left. */
export async function madePackage(ending: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'electron/package.json'), 'utf8')) as {
    version: string
  }
  const found = (await readdir(folder)).filter((file) => file.includes(version) && file.endsWith(ending))
  const [name] = found
  if (name === undefined || found.length > 1)
    throw new Error(`There has to be one ${ending} in ${folder}, not ${found.length}`)
  return join(folder, name)
}
