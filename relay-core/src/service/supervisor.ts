import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '../async/wait/poll.ts'
import type { InstallKind } from '../api/words/install-kinds.ts'
import { shellWord } from '../api/words/shell-words.ts'
import { filesOfUpdate } from './files-of-update.ts'
import type { ServiceSpec, ServiceStatus } from './service.ts'

/** Where there is no service manager: a small shell loop keeps the program running. */
export interface SupervisorFiles {
  readonly script: string
  /** The loop's process. */
  readonly pid: string
  /**
   * The program's process. Empty: it is about to be started. With a second line: it has ended, and is started again after a pause.
   * A process that is not there, without that line: the loop has not yet said what comes now.
   */
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
true >${q(childPid)}
echo $$ >${q(pid)}
finish() {
  trap '' TERM INT
  # the program, or the pause; a variable of our own would have it a moment later
  [ -n "$!" ] && kill "$!" 2>/dev/null && wait "$!"
  # last words without a loop would be those of a failure
  rm -f ${q(lastError)} ${q(pid)} ${q(childPid)}
  exit 0
}
trap finish TERM INT
trap '' HUP
export NPS_SERVICE=${kind}
if [ -f ${q(undo)} ]; then /bin/sh ${q(undo)} starting </dev/null >/dev/null 2>&1; fi
pause=1
while :; do
  began=$(date +%s)
  true >${q(childPid)}
  ${command} </dev/null >/dev/null 2>${q(lastError)} &
  echo "$!" >${q(childPid)}
  wait "$!"
  status=$?
  # Starting it again would not help; its last words stay for whoever asks.
  if [ "$status" -eq 78 ]; then
    rm -f ${q(pid)} ${q(childPid)}
    exit 0
  fi
  echo ended >>${q(childPid)}
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

/** Fulfils when the loop runs, in its own session, so that it outlives the shell that started it, or has ended already: its status tells why. */
export async function startSupervisor(spec: ServiceSpec): Promise<void> {
  if (supervisorPid(spec) !== undefined) return
  const { script } = supervisorFiles(spec)
  const child = spawn('/bin/sh', [script], { detached: true, stdio: 'ignore', cwd: '/' })
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  await until(() => hasEnded() || supervisorPid(spec) !== undefined, 5_000, `${script} did not start`)
}

/** Ends the loop and the program. Idempotent. */
export async function stopSupervisor(spec: ServiceSpec): Promise<void> {
  const pid = supervisorPid(spec)
  if (pid === undefined) return
  process.kill(pid, 'SIGTERM')
  // Its number goes before its other files do, which may be those of the next loop by then.
  const hasEnded = () => !isWordOf(pid, supervisorFiles(spec).script)
  await until(
    hasEnded,
    10_000,
    `the supervisor of ${spec.name} (process ${pid}) does not end; kill it by hand`,
  )
}

/** What is so at one time; waits, for a second at most, while the program has ended and the loop has not yet said what comes now. */
export async function supervisedStatus(spec: ServiceSpec): Promise<ServiceStatus> {
  const unsettled = new Error('the loop says nothing')
  const settled = poll(() => statusNow(spec), {
    intervalMs: 10,
    timeoutMs: 1_000,
    onTimeout: () => unsettled,
  })
  try {
    return await settled
  } catch (error) {
    if (error !== unsettled) throw error
    return restarting(spec)
  }
}

function statusNow(spec: ServiceSpec): ServiceStatus | undefined {
  // Before the loop's own, which comes after it and goes before it; a loop of an earlier npc has none while it pauses.
  const written = textOf(supervisorFiles(spec).childPid)
  if (supervisorPid(spec) === undefined) {
    const detail = lastErrorOf(spec)
    return detail === '' ? { state: 'stopped' } : { state: 'failed', detail }
  }
  if (written === undefined) return undefined
  if (written === '') return { state: 'starting' }
  if (written.endsWith('ended')) return restarting(spec)
  const pid = Number(written)
  const isProgram = namesOf(spec.program).some((name) => isWordOf(pid, name))
  return isProgram ? { state: 'running', pid } : undefined
}

function restarting(spec: ServiceSpec): ServiceStatus {
  return { state: 'restarting', detail: lastErrorOf(spec) || 'it has ended' }
}

/** As the loop starts it, and as it calls itself once it has started itself again (cli/shared/start-again.ts): without links in its path. */
function namesOf(program: string): string[] {
  return existsSync(program) ? [program, realpathSync(program)] : [program]
}

function lastErrorOf(spec: ServiceSpec): string {
  return textOf(supervisorFiles(spec).lastError)?.split('\n').at(-1) ?? ''
}

/** The loop's process, if it lives; the number alone could belong to another program after a reboot. */
function supervisorPid(spec: ServiceSpec): number | undefined {
  const { pid: file, script } = supervisorFiles(spec)
  const pid = readPid(file)
  return pid !== undefined && isWordOf(pid, script) ? pid : undefined
}

function readPid(file: string): number | undefined {
  const pid = Number(textOf(file))
  return Number.isInteger(pid) && pid > 1 ? pid : undefined
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES')
      throw new Error(`${file} may not be read by this user. Try with sudo.`, { cause: error })
    throw error
  }
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
