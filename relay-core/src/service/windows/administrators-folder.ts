import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { powershellWord } from '../../api/words/powershell-words.ts'
import { closedList } from '../../files/close-folder.ts'
import { windowsTool } from '../../files/windows-tool.ts'
import { runTool } from '../run-tool.ts'

/** Administrators, SYSTEM, and the accounts of services (https://learn.microsoft.com/windows/win32/secauthz/sid-strings). */
const trustedOwner = /^O:(BA|SY|S-1-5-80-[\d-]+)$/

/**
 * Makes the folder of an installation for the whole computer, in which only administrators and the service may write. Any user
 * may make folders in %ProgramData%, and what runs as a service is written into this one: one that is there already is closed
 * too, and one with anything in it that somebody else has made is refused. Only on Windows, and for an administrator.
 * Returns a sentence when a new folder could not be closed, else null. @throws Error when the one that is there is not safe
 */
export async function makeAdministratorsFolder(
  path: string,
  { platform = process.platform, run = runTool }: { platform?: NodeJS.Platform; run?: typeof runTool } = {},
): Promise<string | null> {
  if (platform !== 'win32') return null
  const isNew = (await mkdir(path, { recursive: true })) !== undefined
  const icacls = async (args: readonly string[]) => {
    const { exitCode, problem } = await run(windowsTool('icacls'), args)
    return exitCode === 0 ? null : problem
  }
  if ((await lstat(path)).isSymbolicLink()) throw refused(path, 'it is a link')
  // The folder first: nothing is added to it any more while what is in it is looked at.
  let problem = (await icacls([path, '/reset', '/q'])) ?? (await icacls(closedList(path)))
  if (await hasLink(path)) throw refused(path, 'there is a link in it')
  if (problem === null && (await readdir(path)).length > 0)
    problem = await icacls([join(path, '*'), '/reset', '/t', '/q'])
  if (problem !== null && !isNew) throw refused(path, problem)
  const owners = await run(powershell, ['-NoProfile', '-NonInteractive', '-Command', ownersScript(path)])
  if (owners.exitCode !== 0) throw refused(path, owners.problem)
  // wine, which knows no owners, answers nothing.
  const named = owners.stdout.split('\n').flatMap((line) => line.trim() || [])
  if (!named.every((owner) => trustedOwner.test(owner)))
    throw refused(path, 'somebody who is no administrator has made it, or something in it')
  return problem === null
    ? null
    : `${path} may be readable by other users of this computer, for its access list could not be set: ${problem}`
}

const powershell = windowsTool(join('WindowsPowerShell', 'v1.0', 'powershell'))

/** Writes each owner once, as `O:BA`; without methods, which a locked-down PowerShell does not call. */
function ownersScript(path: string): string {
  const folder = powershellWord(path)
  return (
    `$ErrorActionPreference='Stop';` +
    `@(Get-Item -Force -LiteralPath ${folder})+@(Get-ChildItem -Recurse -Force -LiteralPath ${folder})|` +
    `ForEach-Object{(Get-Acl -LiteralPath $_.FullName).Sddl -replace '[GDS]:.*$',''}|Sort-Object -Unique`
  )
}

/** Junctions are links, too. What they lead to is not looked at. */
async function hasLink(path: string): Promise<boolean> {
  const found = await lstat(path)
  if (!found.isDirectory()) return found.isSymbolicLink()
  for (const name of await readdir(path)) if (await hasLink(join(path, name))) return true
  return false
}

function refused(path: string, reason: string): Error {
  return new Error(
    `${path} is there, and other users of this computer may have a hand in it: ${reason.replace(/\.$/, '')}. Look at what is in it, remove it, and install again.`,
  )
}
