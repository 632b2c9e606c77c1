import type { ServiceStatus } from '../../service/service.ts'
import { ExitError, exitCode } from './exit.ts'

const readyTimeoutMs = 15_000
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
export async function awaitReady({ name, status, isReady, logHint }: AwaitReadyOptions): Promise<string> {
  const untilMs = performance.now() + readyTimeoutMs
  let failures = 0
  for (;;) {
    let reason: string
    try {
      return await isReady()
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    const now = await status()
    failures = now.state === 'running' ? 0 : failures + 1
    const isOver = performance.now() > untilMs
    if (failures >= failuresBelieved || isOver) {
      const detail = 'detail' in now ? now.detail : reason
      throw new ExitError(exitCode.failed, `${name} does not run: ${detail}. Its log tells more: ${logHint}`)
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
