import { constants } from 'node:fs'
import { access, chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * Copies this program to `folder`, or to the usual folder for programs: /usr/bin for root (or /usr/local/bin where /usr is
 * read-only), as stock NPS does; ~/.local/bin for others. A running older copy is replaced without disturbing it.
 * Returns the path.
 */
export async function installProgram(
  name: string,
  folder?: string,
  from: string = process.execPath,
): Promise<string> {
  if (/^(node|bun)/.test(basename(from))) {
    throw new Error(
      `Only the one-file program can be installed; this is ${name} run from its sources by ${from}.`,
    )
  }
  const usual = process.getuid?.() === 0 ? ['/usr/bin', '/usr/local/bin'] : [join(homedir(), '.local/bin')]
  const folders = folder === undefined ? usual : [folder]
  let problem: unknown
  for (const one of folders) {
    try {
      return await placeIn(one, name, from)
    } catch (error) {
      problem = error
    }
  }
  const reason = problem instanceof Error ? problem.message : String(problem)
  throw new Error(`${name} could not be copied to ${folders.join(' or ')}: ${reason}.`, { cause: problem })
}

async function placeIn(folder: string, name: string, from: string): Promise<string> {
  const target = join(folder, name)
  await mkdir(dirname(target), { recursive: true })
  await access(folder, constants.W_OK)
  if (await isSameFile(from, target)) return target
  const temporary = join(folder, `.${name}.new`)
  try {
    await rm(temporary, { force: true })
    await copyFile(from, temporary, constants.COPYFILE_EXCL)
    await chmod(temporary, 0o755)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return target
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([
    stat(one),
    stat(other).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    }),
  ])
  return b !== undefined && a.dev === b.dev && a.ino === b.ino
}
