import { systemClock, type Clock } from '../../async/time/clock.ts'
import { poll } from '../../async/wait/poll.ts'
import type { ServiceStatus } from '../../service/service.ts'
import { ExitError, exitCode } from './exit.ts'

/** If there is no process by then, there will be none. Windows may scan a large new program for viruses before it starts it. */
const absentTimeoutMs = process.platform === 'win32' ? 60_000 : 15_000
/** On a busy machine a program that is running needs long to become ready. */
const silentTimeoutMs = 60_000
const pollMs = 100
/** A service manager reports a first failure a moment after the start. */
const failuresBelieved = 3

export interface AwaitReadyOptions {
  name: string
  status: () => Promise<ServiceStatus>
  /** Rejects while the program is not ready; fulfils with the line to print. */
  isReady: () => Promise<string>
  /** Where the log is. */
  logHint: string
  clock?: Clock
}

/** Waits until a started service proves that it works. @throws ExitError with what is known when it does not */
export function awaitReady({
  name,
  status,
  isReady,
  logHint,
  clock = systemClock,
}: AwaitReadyOptions): Promise<string> {
  const startedAtMs = clock.now()
  let failures = 0
  let isThere = false
  let detail = 'it does not answer'
  const notReady = () => {
    const what = isThere ? 'runs, but is not ready' : 'does not run'
    return new ExitError(exitCode.failed, `${name} ${what}: ${detail}. Its log tells more: ${logHint}`)
  }
  const look = async () => {
    try {
      return await isReady()
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error)
    }
    const now = await status()
    if ('detail' in now) detail = now.detail
    isThere = now.state === 'running'
    if (isThere) failures = 0
    else if (now.state !== 'starting') failures += 1
    const isTooLate = !isThere && clock.now() - startedAtMs >= absentTimeoutMs
    if (failures >= failuresBelieved || isTooLate) throw notReady()
    return undefined
  }
  return poll(look, { intervalMs: pollMs, timeoutMs: silentTimeoutMs, onTimeout: notReady, clock })
}
