import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const sources = resolve(import.meta.dirname, '../../relay-core/keeper')
/** Debian: apt install gcc-mingw-w64-x86-64-win32. */
const compiler = '/usr/bin/x86_64-w64-mingw32-gcc'

/** For Windows 7 and later; nothing of it depends on when or where it was built. */
const flags = [
  '-std=c11',
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter',
  '-Werror',
  '-Os',
  '-s',
  '-municode',
  '-mwindows',
  '-Wl,--no-insert-timestamp',
]

/**
 * Builds what keeps nps and npc running on Windows, in this folder. Null, and a line that says so, where there is no
 * compiler for it: the programs for Windows cannot be installed as a service then. @throws Error instead when `isNeeded`
 */
export async function buildKeeper(
  folder: string,
  { isNeeded }: { isNeeded: boolean },
): Promise<Buffer | null> {
  if (!existsSync(compiler)) {
    const problem = `nps and npc for Windows come without their keeper, and cannot be installed there: no ${compiler} (Debian: apt install gcc-mingw-w64-x86-64-win32).`
    if (isNeeded) throw new Error(problem)
    console.log(problem)
    return null
  }
  const file = join(folder, 'keeper.exe')
  const names = (await readdir(sources)).filter((name) => name.endsWith('.c')).sort()
  execFileSync(compiler, [...flags, '-o', file, ...names, '-ladvapi32'], { cwd: sources })
  return readFile(file)
}
