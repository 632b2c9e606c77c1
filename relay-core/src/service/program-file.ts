import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, copyFile, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { systemFolders, thisProcess } from '../config/file/system-folders.ts'
import { isHeld } from '../files/rename-over.ts'
import { windowsTool } from '../files/windows-tool.ts'
import { filesOfUpdate } from './files-of-update.ts'

/**
 * Copies this program to `folder`, or to the usual folder for programs: on Linux /usr/bin for root (or /usr/local/bin where
 * /usr is read-only), as stock NPS does; ~/.local/bin for others. A running older copy is replaced without disturbing it.
 * Returns the path.
 */
export async function installProgram(
  name: 'nps' | 'npc',
  folder?: string,
  from: string = process.execPath,
): Promise<string> {
  if (/^(node|bun)/.test(basename(from))) {
    throw new Error(
      `Only the one-file program can be installed; this is ${name} run from its sources by ${from}.`,
    )
  }
  const who = thisProcess()
  const { all, own } = systemFolders(name, who)
  const usual = who.isRoot ? all.programs : own.programs
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
  const target = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
  await mkdir(dirname(target), { recursive: true })
  await access(folder, constants.W_OK)
  if (await isSameFile(from, target)) return target
  await placeProgram(target, (path) => copyFile(from, path, constants.COPYFILE_EXCL))
  await removeFilesOfUpdate(target)
  return target
}

/** Makes a program file, also in the place of one that runs. `write` gets a path at which there is nothing yet. */
export async function placeProgram(target: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.new`)
  try {
    await rm(temporary, { force: true })
    await write(temporary)
    await chmod(temporary, 0o755)
    await replaceProgram(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Windows refuses to replace the file of a running program, but moves it aside; it is removed the next time. */
async function replaceProgram(from: string, target: string): Promise<void> {
  await removeMovedAside(target)
  try {
    await rename(from, target)
  } catch (error) {
    if (!isHeld(error)) throw error
    const aside = asideOf(target)
    await rename(target, aside)
    await rename(from, target).catch(async (failure: unknown) => {
      await rename(aside, target)
      throw failure
    })
  }
}

/**
 * Removes an installed program, even the one that runs here: Windows keeps the file of that one, so a shell of its own
 * removes it once this process has ended.
 */
export async function removeProgram(path: string): Promise<void> {
  await removeMovedAside(path)
  await removeFilesOfUpdate(path)
  try {
    await rm(path, { force: true })
    if (process.platform === 'win32') await rmdir(dirname(path)).catch(() => undefined)
  } catch (error) {
    if (!isHeld(error)) throw error
    const aside = asideOf(path)
    await rename(path, aside)
    removeLater(aside)
  }
}

/** An older program is not to come back in the place of one that was installed, or removed, since. */
async function removeFilesOfUpdate(program: string): Promise<void> {
  const { before, undo } = filesOfUpdate(program)
  for (const file of [before, undo]) await rm(file, { force: true })
}

/** Tries for a minute, a second apart; `ping` is the pause of a shell without one. The folder goes too if nothing else is in it. */
function removeLater(path: string): void {
  const script = `for /l %i in (1,1,60) do @if exist "${path}" (del /f /q "${path}" & "${windowsTool('ping')}" -n 2 127.0.0.1 >nul)`
  spawn(windowsTool('cmd'), ['/d', '/s', '/c', `"${script} & rmdir "${dirname(path)}""`], {
    cwd: tmpdir(),
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
    windowsVerbatimArguments: true,
  })
    .on('error', () => undefined)
    .unref()
}

function asideOf(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.old`
}

/** What earlier replacements have moved aside, as far as it does not run any more. */
export async function removeMovedAside(path: string): Promise<void> {
  if (process.platform !== 'win32') return
  const folder = dirname(path)
  const old = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.old'),
  )
  for (const name of old)
    await rm(join(folder, name), { force: true }).catch((error: unknown) => {
      if (!isHeld(error)) throw error
    })
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
