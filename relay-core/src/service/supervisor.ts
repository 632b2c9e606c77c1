import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '../async/wait/poll.ts'
import type { InstallKind } from '../api/client-models.ts'
import { shellWord } from '../api/words/shell-words.ts'
import { filesOfUpdate } from './files-of-update.ts'
import type { ServiceSpec, ServiceStatus } from './service.ts'

/** Where there is no service manager: a small shell loop keeps the program running. */
export interface SupervisorFiles {
  readonly script: string
  /** The loop's process. */
  readonly pid: string
  /** The program's process. */
  readonly childPid: string
  /** What the program said on standard error in its last run. */
  readonly lastError: string
}

export function supervisorFiles({ name, folder }: Pick<ServiceSpec, 'name' | 'folder'>): SupervisorFiles {
  const file = (ending: string) => join(folder, 'state', `${name}-${ending}`)
  return {
    script: file('supervisor.sh'),
    pid: file('supervisor.pid'),
    childPid: file('program.pid'),
    lastError: file('last-error.txt'),
  }
}

/** The loop: pauses of 1 s to 60 s between runs, short again after a minute without a failure. */
export function supervisorScript(spec: ServiceSpec, kind: InstallKind): string {
  const { script, pid, childPid, lastError } = supervisorFiles(spec)
  const q = shellWord
  const logPath = join(spec.folder, 'state', `${spec.name}.log`)
  const { undo } = filesOfUpdate(spec.program)
  const command = [spec.program, ...spec.args, `-log_path=${logPath}`].map(q).join(' ')
  return `#!/bin/sh
# Keeps ${spec.name} running. Written by "${spec.name} install".
umask 077
# Nothing is begun until it is known: after a restart of a container the old number could be that of a child of this shell, which goes by its name.
other=
[ -f ${q(pid)} ] && read -r other <${q(pid)}
if [ -n "$other" ] && [ "$other" != $$ ]; then
  words=
  read -r words 2>/dev/null <"/proc/$other/cmdline"
  case "$words" in *${q(script)}) exit 0 ;; esac
fi
echo $$ >${q(pid)}
finish() {
  trap '' TERM INT
  # the program, or the pause; a variable of our own would have it a moment later
  [ -n "$!" ] && kill "$!" 2>/dev/null && wait "$!"
  rm -f ${q(pid)} ${q(childPid)} ${q(lastError)}
  exit 0
}
trap finish TERM INT
trap '' HUP
export NPS_SERVICE=${kind}
if [ -f ${q(undo)} ]; then /bin/sh ${q(undo)} starting </dev/null >/dev/null 2>&1; fi
pause=1
while :; do
  began=$(date +%s)
  ${command} </dev/null >/dev/null 2>${q(lastError)} &
  echo "$!" >${q(childPid)}
  wait "$!"
  status=$?
  rm -f ${q(childPid)}
  # Starting it again would not help; its last words stay for whoever asks.
  if [ "$status" -eq 78 ]; then
    rm -f ${q(pid)}
    exit 0
  fi
  [ $(($(date +%s) - began)) -ge 60 ] && pause=1
  sleep "$pause" &
  wait "$!"
  pause=$((pause * 2))
  [ "$pause" -gt 60 ] && pause=60
done
`
}

export async function writeSupervisor(spec: ServiceSpec, kind: InstallKind): Promise<void> {
  await mkdir(join(spec.folder, 'state'), { recursive: true, mode: 0o700 })
  await writeFile(supervisorFiles(spec).script, supervisorScript(spec, kind), { mode: 0o700 })
}

export async function removeSupervisor(spec: ServiceSpec): Promise<void> {
  await stopSupervisor(spec)
  await Promise.all(Object.values(supervisorFiles(spec)).map((file: string) => rm(file, { force: true })))
}

/** Fulfils when the loop runs, in its own session, so that it outlives the shell that started it. */
export async function startSupervisor(spec: ServiceSpec): Promise<void> {
  if (supervisorPid(spec) !== undefined) return
  const { script } = supervisorFiles(spec)
  const child = spawn('/bin/sh', [script], { detached: true, stdio: 'ignore', cwd: '/' })
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  await until(() => supervisorPid(spec) !== undefined, 5_000, `${script} did not start`)
}

/** Ends the loop and the program. Idempotent. */
export async function stopSupervisor(spec: ServiceSpec): Promise<void> {
  const pid = supervisorPid(spec)
  if (pid === undefined) return
  process.kill(pid, 'SIGTERM')
  const hasEnded = () => supervisorPid(spec) === undefined
  await until(
    hasEnded,
    10_000,
    `the supervisor of ${spec.name} (process ${pid}) does not end; kill it by hand`,
  )
}

export function supervisedStatus(spec: ServiceSpec): ServiceStatus {
  const { childPid } = supervisorFiles(spec)
  const loop = supervisorPid(spec)
  const detail = lastErrorOf(spec)
  if (loop === undefined) return detail === '' ? { state: 'stopped' } : { state: 'failed', detail }
  const child = readPid(childPid)
  const isProgram = child !== undefined && namesOf(spec.program).some((name) => isWordOf(child, name))
  return isProgram
    ? { state: 'running', pid: child }
    : { state: 'restarting', detail: detail || 'it has ended' }
}

/** As the loop starts it, and as it calls itself once it has started itself anew (cli/shared/start-anew.ts): without links in its path. */
function namesOf(program: string): string[] {
  return existsSync(program) ? [program, realpathSync(program)] : [program]
}

function lastErrorOf(spec: ServiceSpec): string {
  const { lastError } = supervisorFiles(spec)
  return existsSync(lastError) ? (readFileSync(lastError, 'utf8').trim().split('\n').at(-1) ?? '') : ''
}

/** The loop's process, if it lives; the number alone could belong to another program after a reboot. */
function supervisorPid(spec: ServiceSpec): number | undefined {
  const { pid: file, script } = supervisorFiles(spec)
  const pid = readPid(file)
  return pid !== undefined && isWordOf(pid, script) ? pid : undefined
}

function readPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').trim())
  return Number.isInteger(pid) && pid > 1 ? pid : undefined
}

/** Whether this is a word of the process's command line; macOS has no /proc, and `ps` there shows no borders of words. */
function isWordOf(pid: number, word: string): boolean {
  if (process.platform !== 'darwin') return commandLineOf(pid).includes(word)
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' })
  return stdout.includes(word)
}

/** Empty for a process that does not exist. */
function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}

async function until(isSo: () => boolean, timeoutMs: number, problem: string): Promise<void> {
  const onTimeout = () => new Error(`${problem}.`)
  await poll(() => isSo() || undefined, { intervalMs: 50, timeoutMs, onTimeout })
}
