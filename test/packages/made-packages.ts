import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const folder = join(resolve(import.meta.dirname, '../..'), 'build/out/package')

/** The path of the one package with that ending which `node build/app/package.ts` has left. */
export async function madePackage(ending: string): Promise<string> {
  const found = (await readdir(folder)).filter((file) => file.endsWith(ending))
  const [name] = found
  if (name === undefined || found.length > 1)
    throw new Error(`There has to be one ${ending} in ${folder}, not ${found.length}`)
  return join(folder, name)
}
