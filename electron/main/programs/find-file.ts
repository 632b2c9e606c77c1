import { lstat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** The first of these that is there: a path, or a name that is looked for in the folders of PATH. */
export async function findFile(
  wanted: readonly string[],
  { env }: { env: NodeJS.ProcessEnv },
): Promise<string | null> {
  for (const one of wanted) {
    for (const path of isAbsolute(one) ? [one] : inPath(one, env)) {
      // Not stat: Windows Terminal is an alias of a kind that cannot be followed.
      const found = await lstat(path).catch(() => null)
      if (found && !found.isDirectory()) return path
    }
  }
  return null
}

/** Windows calls it Path; a copy of its environment keeps that spelling. */
function inPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const path = env['PATH'] ?? env['Path'] ?? ''
  return path.split(delimiter).flatMap((folder) => (isAbsolute(folder) ? [join(folder, name)] : []))
}
