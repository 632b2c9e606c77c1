import { poll } from '../../async/wait/poll.ts'
import type { ServiceStatus } from '../../service/service.ts'
import { ExitError, exitCode } from './exit.ts'

/** Windows may look for viruses in a large new program before it starts it. */
const readyTimeoutMs = process.platform === 'win32' ? 60_000 : 15_000
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
}

/** Waits until a started service proves that it works. @throws ExitError with what is known when it does not */
export function awaitReady({ name, status, isReady, logHint }: AwaitReadyOptions): Promise<string> {
  let failures = 0
  let detail = 'it does not answer'
  const notRunning = () =>
    new ExitError(exitCode.failed, `${name} does not run: ${detail}. Its log tells more: ${logHint}`)
  const look = async () => {
    try {
      return await isReady()
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error)
    }
    const now = await status()
    if ('detail' in now) detail = now.detail
    if (now.state === 'running') failures = 0
    else if (now.state !== 'starting') failures += 1
    if (failures >= failuresBelieved) throw notRunning()
    return undefined
  }
  return poll(look, { intervalMs: pollMs, timeoutMs: readyTimeoutMs, onTimeout: notRunning })
}
