import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { Owner } from '../jobs/workplace.ts'
import { commandLine, quote } from '../ssh/quote.ts'
import { RemoteCommandFailed, unexpectedAnswer } from '../ssh/remote-shell.ts'
import type { InstalledRecord } from '../storage/records.ts'
import { diskFull } from './check-machine.ts'
import type { ProgramName } from './programs.ts'

/** An nps or npc of ours that is installed for one account, found by what its own `install` wrote. */
export interface InstalledProgram {
  readonly service: InstalledRecord['service']
  readonly programPath: string
  /** Settings and state. */
  readonly folder: string
  /** Null: its file is gone or does not start. */
  readonly version: string | null
}

const serviceFile = z.object({
  kind: z.enum(['systemd', 'systemd-user', 'cron', 'background']),
  program: z.string().min(1),
})

/** `install`, which restarts what runs, waits at most three times 20 s for the machine's own tools. */
const installTimeoutMs = 90_000
/** The program itself waits less long for being ready. */
export const startTimeoutMs = 45_000

/** Where `install` puts settings and state for this account. */
export function installFolder(program: ProgramName, owner: Owner): string {
  return owner.as === 'root' ? `/etc/${program}` : `${owner.home}/.config/${program}`
}

/** Undefined when none is installed for this account. */
export async function findInstalled(
  program: ProgramName,
  owner: Owner,
  { signal }: { signal: AbortSignal },
): Promise<InstalledProgram | undefined> {
  const folder = installFolder(program, owner)
  const file = `${folder}/service.json`
  const text = await owner.shell.output(`[ ! -f ${quote(file)} ] || cat ${quote(file)}`, { signal })
  if (text.trim() === '') return undefined
  const { host } = owner.shell.session.address
  let found: z.infer<typeof serviceFile>
  try {
    found = serviceFile.parse(JSON.parse(text))
  } catch {
    throw unexpectedAnswer(host, file, text)
  }
  const { stdout, exitCode } = await owner.shell.run(commandLine(found.program, '-version'), { signal })
  const version = exitCode === 0 ? (/\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null) : null
  return { service: found.kind, programPath: found.program, folder, version }
}

/**
 * Lets the uploaded program install itself at the best level that the machine and the account allow. One that runs
 * already is replaced and restarted; its settings and state stay. Answers what it chose, and why not better.
 * Rejects with `service-failed` or `disk-full`.
 */
export async function installProgram(
  program: ProgramName,
  owner: Owner,
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
  const reasons = [...result.stdout.matchAll(/^\s*\((not as .*)\)\s*$/gm)].map(([, reason]) => reason ?? '')
  return { ...found, reasons }
}

/** `start` or `restart`; fulfils when the program itself says that it works. Rejects with its last words. */
export async function startProgram(
  program: ProgramName,
  owner: Owner,
  { programPath }: Pick<InstalledProgram, 'programPath'>,
  how: 'start' | 'restart',
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const result = await owner.shell.run(`${commandLine(programPath, how)} </dev/null`, {
    timeoutMs: startTimeoutMs,
    signal,
  })
  if (result.exitCode === 0) return
  throw serviceFailed(owner.shell.session.address.host, program, how, new RemoteCommandFailed(result).message)
}

const runningStatus = z.object({ state: z.literal('running') })

/** Whether the service's own manager says that it runs. */
export async function isRunning(
  owner: Owner,
  { programPath }: Pick<InstalledProgram, 'programPath'>,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const { stdout } = await owner.shell.run(`${commandLine(programPath, 'status', '-json')} </dev/null`, {
    signal,
  })
  const state = /"state"\s*:\s*"([\w-]+)"/.exec(stdout)?.[1]
  return runningStatus.safeParse({ state }).success
}

export function serviceFailed(host: string, program: string, what: string, reason: string): AppError {
  return new AppError(
    'service-failed',
    `${program} ${what} failed on ${host}: ${reason}`,
    { host, program, what, reason },
    { fixes: [{ action: 'retry' }] },
  )
}
