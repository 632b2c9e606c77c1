import { powershellWord as quote } from '@nps-desktop/relay-core/api'
import { AppError } from '../../failures/app-error.ts'
import {
  type InstalledProgram,
  installTimeoutMs,
  parseInstalled,
  reasonsIn,
  serviceFailed,
} from '../install/installed-program.ts'
import type { ProgramName } from '../install/program-files.ts'
import type { RemoteMachine } from '../install/remote-machine.ts'
import { programFailure, type StartProblem } from '../install/try-program.ts'
import type { MachineIdentity } from '../jobs/workplace.ts'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import type { WindowsShell } from '../../ssh/shell/windows-shell.ts'
import { readWindowsFacts } from './windows-facts.ts'
import { startOnWindows } from './windows-program.ts'
import { reachFromWindows } from './windows-reach.ts'
import { uploadFolder, uploadToWindows } from './windows-upload.ts'

/** A Windows machine with Microsoft's sshd. */
export function windowsMachine(shell: WindowsShell, identity: MachineIdentity): RemoteMachine {
  const { host } = shell.session.address
  const findInstalled = async (
    program: ProgramName,
    { signal }: { signal: AbortSignal },
  ): Promise<InstalledProgram | undefined> => {
    const file = `${settingsFolder(program, identity)}\\service.json`
    const text = await shell.output(
      `$file = "${file}"; if (Test-Path -LiteralPath $file) { $file; [IO.File]::ReadAllText($file) }`,
      { signal },
    )
    const found = parseInstalled(host, text, '\\')
    if (!found) return undefined
    const { exitCode, stdout } = await startOnWindows(shell, found.programPath, ['-version'], { signal })
    return { ...found, version: exitCode === 0 ? (/\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null) : null }
  }
  return {
    host,
    identity,
    findInstalled,
    facts: async (options) => await readWindowsFacts(shell, options),
    reach: async (target, options) => await reachFromWindows(shell, target, options),
    sha256: async (path, options) => {
      const file = quote(path)
      const script = `if (Test-Path -LiteralPath ${file}) { (Get-FileHash -Algorithm SHA256 -LiteralPath ${file}).Hash.ToLower() }`
      return (await shell.output(script, options)).trim()
    },
    upload: async (file, place, options) => await uploadToWindows(shell, file, place, options),
    dropUploads: async (_place, options) =>
      await removeFolder(shell, `$env:LOCALAPPDATA\\${uploadFolder}`, options),
    tryProgram: async (program, path, options) => {
      const result = await startOnWindows(shell, path, ['-version'], { ...options, timeoutMs: 90_000 })
      const version = /\d+\.\d+\.\d+\S*/.exec(result.stdout)?.[0]
      if (result.exitCode === 0 && version !== undefined) return version
      const problem = startProblems[result.startError ?? 0] ?? 'program-will-not-start'
      const said = result.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
      const machine = { processor: '', kernel: 'Windows' }
      throw programFailure(problem, { host, program, ...machine, said, exitCode: result.exitCode })
    },
    install: async (program, path, { flags = [], ...options }) => {
      const words = ['install', ...flags]
      const result = await startOnWindows(shell, path, words, { ...options, timeoutMs: installTimeoutMs })
      if (result.exitCode !== 0)
        throw serviceFailed(host, program, 'install', new RemoteCommandFailed(result).message)
      const found = await findInstalled(program, options)
      if (!found) throw serviceFailed(host, program, 'install', 'it left no trace of what it did')
      return { ...found, reasons: reasonsIn(result.stdout) }
    },
    command: async ({ programPath }, words, options) =>
      await startOnWindows(shell, programPath, words, options),
    removeSettings: async (program, folder, options) => {
      const own = await shell.output(`"${settingsFolder(program, identity)}"`, options)
      if (folder === undefined || own.trim().toLowerCase() !== folder.toLowerCase()) return []
      return await removeFolder(shell, settingsFolder(program, identity), options)
    },
  }
}

/** Where `install` puts settings and state, in PowerShell's words. */
function settingsFolder(program: ProgramName, { as }: MachineIdentity): string {
  return as === 'root' ? `$env:ProgramData\\${program}` : `$env:LOCALAPPDATA\\${program}`
}

async function removeFolder(
  shell: WindowsShell,
  folder: string,
  options: { signal: AbortSignal },
): Promise<string[]> {
  const script = `$folder = "${folder}"; if (Test-Path -LiteralPath $folder) { Remove-Item -Recurse -Force -LiteralPath $folder; $folder }`
  try {
    return (await shell.output(script, options)).split('\n').filter((line) => line !== '')
  } catch (error) {
    if (!(error instanceof RemoteCommandFailed)) throw error
    const { host } = shell.session.address
    throw new AppError('internal', `${host} did not remove ${folder}: ${error.message}`, {}, { cause: error })
  }
}

/** Numbers of winerror.h: bad format, another processor, denied, held back by a virus scanner, forbidden by a rule. */
const startProblems: Readonly<Record<number, StartProblem>> = {
  193: 'program-wrong-processor',
  216: 'program-wrong-processor',
  5: 'program-not-allowed',
  225: 'program-not-allowed',
  1260: 'program-not-allowed',
}
