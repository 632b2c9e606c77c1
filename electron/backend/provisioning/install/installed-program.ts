import { installKinds } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { AppError } from '../../failures/app-error.ts'
import type { MachineOwner } from '../jobs/workplace.ts'
import { commandLine } from '@nps-desktop/relay-core/api'
import { RemoteCommandFailed, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import type { InstalledRecord } from '../../storage/records.ts'
import { diskFull } from './check-machine.ts'
import type { ProgramName } from './program-files.ts'

/** An nps or npc of ours installed for one account, found by what its own `install` wrote. */
export interface InstalledProgram {
  readonly service: InstalledRecord['service']
  readonly programPath: string
  /** Settings and state. */
  readonly folder: string
  /** Null: its file is gone or does not start. */
  readonly version: string | null
}

const serviceFile = z.object({
  kind: z.enum(installKinds),
  program: z.string().min(1),
})

/** `install`, which restarts what runs, waits at most three times 20 s for the machine's own tools. */
export const installTimeoutMs = 90_000
/** The program itself waits less long for being ready. */
export const startTimeoutMs = 90_000

/** Program, settings and state of an nps that must not touch another one: stock NPS uses /usr/bin and /etc/nps too. */
export const apartFolder = '/opt/nps-desktop'

/** Where `install` puts settings and state for this account; the first one is the usual one. */
export function installFolders(program: ProgramName, owner: MachineOwner): string[] {
  // on macOS
  const support = `Library/Application Support/${program}`
  if (owner.as === 'user') return [`${owner.home}/.config/${program}`, `${owner.home}/${support}`]
  return program === 'nps' ? ['/etc/nps', apartFolder] : ['/etc/npc', `/${support}`]
}

/** A command of an installed program; one that lies apart is told where its settings are. */
export function commandOf(
  { programPath, folder }: Pick<InstalledProgram, 'programPath' | 'folder'>,
  ...words: string[]
): string {
  const flags = folder === apartFolder ? [`-conf_path=${folder}`] : []
  return `${commandLine(programPath, ...words, ...flags)} </dev/null`
}

/** An nps that is not ours, where ours would go; undefined: there is none. Only root's place is shared with others. */
export async function findOtherRelay(
  owner: MachineOwner,
  { signal }: { signal: AbortSignal },
): Promise<string | undefined> {
  if (owner.as === 'user') return undefined
  const { stdout } = await owner.shell.run(
    'for f in /usr/bin/nps /usr/local/bin/nps /etc/nps/conf/nps.conf; do [ -e "$f" ] && echo "$f"; done',
    { signal },
  )
  return stdout.split('\n').find((line) => line !== '')
}

/** Flags that make `install` keep away from another nps. */
export const apartFlags: readonly string[] = [`-conf_path=${apartFolder}`, `-program_folder=${apartFolder}`]

/** Undefined when none is installed for this account. */
export async function findInstalled(
  program: ProgramName,
  owner: MachineOwner,
  { signal }: { signal: AbortSignal },
): Promise<InstalledProgram | undefined> {
  const files = installFolders(program, owner).map((one) => `${one}/service.json`)
  const text = await owner.shell.output(
    `for f in ${commandLine(...files)}; do if [ -f "$f" ]; then echo "$f"; cat "$f"; exit; fi; done`,
    { signal },
  )
  const found = parseInstalled(owner.shell.session.address.host, text, '/')
  if (!found) return undefined
  const { stdout, exitCode } = await owner.shell.run(commandLine(found.programPath, '-version'), { signal })
  const version = exitCode === 0 ? (/\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null) : null
  return { ...found, version }
}

/** The name of a `service.json` on a line of its own and what is in it; undefined where there was none. */
export function parseInstalled(
  host: string,
  text: string,
  separator: '/' | '\\',
): Omit<InstalledProgram, 'version'> | undefined {
  const end = text.indexOf('\n')
  if (end < 0) return undefined
  const file = text.slice(0, end)
  const folder = file.slice(0, file.lastIndexOf(separator))
  try {
    const { kind, program } = serviceFile.parse(JSON.parse(text.slice(end)))
    return { service: kind, programPath: program, folder }
  } catch {
    throw unexpectedAnswer(host, file, text)
  }
}

/** Why `install` chose no better kind of service, in its own words. */
export function reasonsIn(stdout: string): string[] {
  return [...stdout.matchAll(/^\s*\((not as .*)\)\s*$/gm)].map(([, reason]) => reason ?? '')
}

/**
 * Lets the uploaded program install itself at the best level that the machine and the account allow. One that runs
 * already is replaced and restarted; its settings and state stay. Answers what it chose, and why not better.
 * Rejects with `service-failed` or `disk-full`.
 */
export async function installProgram(
  program: ProgramName,
  owner: MachineOwner,
  uploadedPath: string,
  {
    flags = [],
    secretEnv,
    signal,
  }: { flags?: readonly string[]; secretEnv?: { name: string; value: string }; signal: AbortSignal },
): Promise<InstalledProgram & { reasons: readonly string[] }> {
  const { host } = owner.shell.session.address
  // A secret goes by stdin into the program's environment: never into a command line.
  const read = secretEnv ? `IFS= read -r ${secretEnv.name}; export ${secretEnv.name}; ` : ''
  const result = await owner.shell.run(
    `${read}${commandLine(uploadedPath, 'install', ...flags)} </dev/null`,
    {
      timeoutMs: installTimeoutMs,
      signal,
      ...(secretEnv ? { stdin: `${secretEnv.value}\n` } : {}),
    },
  )
  if (result.exitCode !== 0) {
    const failure = new RemoteCommandFailed(result)
    if (/no space left|ENOSPC|quota exceeded/i.test(result.stderr)) {
      throw diskFull(host, program, { mount: owner.as === 'root' ? '/usr' : owner.home, freeBytes: 0 }, 0)
    }
    throw serviceFailed(host, program, 'install', failure.message)
  }
  const found = await findInstalled(program, owner, { signal })
  if (!found) throw serviceFailed(host, program, 'install', 'it left no trace of what it did')
  return { ...found, reasons: reasonsIn(result.stdout) }
}

/** `start` or `restart`; fulfils when the program itself says that it works. Rejects with its last words. */
export async function startProgram(
  program: ProgramName,
  owner: MachineOwner,
  installed: InstalledProgram,
  how: 'start' | 'restart',
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const result = await owner.shell.run(commandOf(installed, how), {
    timeoutMs: startTimeoutMs,
    signal,
  })
  if (result.exitCode === 0) return
  throw serviceFailed(owner.shell.session.address.host, program, how, new RemoteCommandFailed(result).message)
}

/** Whether the service's own manager says that it runs. */
export async function isRunning(
  owner: MachineOwner,
  installed: InstalledProgram,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const { stdout } = await owner.shell.run(commandOf(installed, 'status', '-json'), { signal })
  return /^\s*"state": "running"/m.test(stdout)
}

export function serviceFailed(host: string, program: string, what: string, reason: string): AppError {
  return new AppError(
    'service-failed',
    `${program} ${what} failed on ${host}: ${reason}`,
    { host, program, what, reason },
    { fixes: [{ action: 'retry' }] },
  )
}

/** For facts: the version, where the program told it. */
export function versionOf({ version }: InstalledProgram): { version?: string } {
  return version === null ? {} : { version }
}
