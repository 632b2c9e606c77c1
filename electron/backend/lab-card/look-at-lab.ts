import { randomBytes } from 'node:crypto'
import { AppError } from '../failures/app-error.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import { WindowsShell } from '../ssh/shell/windows-shell.ts'
import { lookScript } from './card-script.ts'
import { windowsLookScript } from './windows-look.ts'

/** Longer than all parts of the script may take together. */
const timeoutMs = 40_000

/** What the box printed, and the mark by which its parts are told apart. */
export interface LookOutput {
  readonly text: string
  readonly mark: string
}

/**
 * Asks a lab box what it is doing, by one command. Rejects as `RemoteShell.run` does; `ssh-timeout` with GPUs asked means that
 * a driver hangs.
 */
export async function lookAtLab(
  session: SshSession,
  { watched, withGpus, signal }: { watched: readonly number[]; withGpus: boolean; signal: AbortSignal },
): Promise<LookOutput> {
  const mark = `part-${randomBytes(8).toString('hex')}`
  const { stdout } = session.isWindows
    ? await new WindowsShell(session).run(windowsLookScript({ mark, withGpus }), { timeoutMs, signal })
    : await new RemoteShell(session).run(lookScript({ mark, watched, withGpus }), { timeoutMs, signal })
  return { text: stdout, mark }
}

/** How long a process is waited for that was told to end, seconds. */
const endWithinS = 5

/**
 * Tells a process to end. `startedAgoS` proves that the number still means the process that was seen. Answers whether it has
 * ended; one that was not there any more has. Throws `process-not-ended` with the machine's words.
 */
export async function endProcess(
  session: SshSession,
  {
    pid,
    startedAgoS,
    force,
    lab,
    signal,
  }: { pid: number; startedAgoS: number; force: boolean; lab: string; signal: AbortSignal },
): Promise<boolean> {
  // an age may be rounded twice, and the question takes a moment to arrive
  const script = `
age=$(ps -o etime= -p ${pid} 2>/dev/null | tr -d ' ')
[ -n "$age" ] || exit ${goneCode}
s=$(printf '%s\\n' "$age" | awk -F '[-:]' '{ d = 0; if (index($0, "-")) { d = $1; sub(/^[0-9]+-/, "") } n = split($0, p, ":"); t = 0; for (i = 1; i <= n; i++) t = t * 60 + p[i]; print d * 86400 + t }')
[ "$s" -ge ${startedAgoS - toleranceS} ] && [ "$s" -le ${startedAgoS + toleranceS} ] || exit ${goneCode}
kill -${force ? 'KILL' : 'TERM'} ${pid} || exit 1
i=0
while [ $i -lt ${endWithinS} ]; do
  case $(ps -o stat= -p ${pid} 2>/dev/null) in ''|Z*) exit ${goneCode} ;; esac
  sleep 1; i=$((i + 1))
done
exit ${stillThereCode}`
  const { exitCode, stderr } = await new RemoteShell(session).run(script, { signal })
  if (exitCode === goneCode) return true
  if (exitCode === stillThereCode) return false
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  throw new AppError('process-not-ended', `Process ${pid} on ${lab} could not be ended: ${said}`, {
    lab,
    pid,
    said,
  })
}

const toleranceS = 15
const goneCode = 90
const stillThereCode = 91
