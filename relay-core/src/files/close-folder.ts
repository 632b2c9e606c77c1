import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { relative, resolve } from 'node:path'
import { windowsTool } from './windows-tool.ts'

/** By number, as their names are translated: the owner of a file (OWNER RIGHTS), SYSTEM, Administrators. */
const allowed = ['*S-1-3-4', '*S-1-5-18', '*S-1-5-32-544']
const toolTimeoutMs = 20_000

/**
 * Makes a folder, if there is none, that other users of this computer cannot read. Only on Windows, where modes of files mean nothing:
 * a profile is closed already, and any other folder gets an access list of its own, which all that is made in it takes over.
 * Returns a sentence when that did not work, else null.
 */
export async function makeClosedFolder(
  path: string,
  {
    platform = process.platform,
    run = runIcacls,
  }: { platform?: NodeJS.Platform; run?: typeof runIcacls } = {},
): Promise<string | null> {
  if (platform !== 'win32') return null
  const made = await mkdir(path, { recursive: true })
  if (made === undefined || isInProfile(path)) return null
  const problem = await run(closedList(path))
  return problem === null
    ? null
    : `${path} may be readable by other users of this computer, for its access list could not be set: ${problem}`
}

/** What icacls is told to close a folder, and all that gets its access list from it. */
export function closedList(path: string): string[] {
  return [path, '/inheritance:r', '/grant:r', ...allowed.map((who) => `${who}:(OI)(CI)F`), '/q']
}

function isInProfile(path: string): boolean {
  const way = relative(homedir(), resolve(path))
  return way !== '' && !way.startsWith('..') && resolve(way) !== way
}

/** Null when it has done its work, else its words. */
function runIcacls(args: readonly string[]): Promise<string | null> {
  return new Promise((done) => {
    execFile(windowsTool('icacls'), args, { timeout: toolTimeoutMs }, (error, stdout, stderr) =>
      done(error ? ((stderr.trim() || stdout.trim() || error.message).split('\n')[0]?.trim() ?? '') : null),
    )
  })
}
