import { every } from '../../async/time/every.ts'
import type { AgentHealthCheck } from '../../stock/configuration/pushed-configuration.ts'
import { parseLinkHost } from '../../stock/messages/link-host.ts'
import type { HealthReport } from '../../stock/messages/main-messages.ts'
import type { Log } from '../../log/log.ts'
import { connectTcp } from '../../net/dial/connect.ts'
import { checkHttp } from '../../net/dial/check-http.ts'

/** What is known of a target. */
export interface TargetHealth {
  readonly failures: number
  readonly isDown: boolean
}

export const untried: TargetHealth = { failures: 0, isDown: false }

/** The state after one more check: down after this many failures in a row, up again with the first success. */
export function nextHealth(before: TargetHealth, succeeded: boolean, maxFailures: number): TargetHealth {
  if (succeeded) return untried
  const failures = before.failures + 1
  return { failures, isDown: before.isDown || failures >= maxFailures }
}

/** Tries targets as `[health…]` sections say and reports each that goes down or comes back. */
export class HealthWatch {
  readonly #checks: readonly AgentHealthCheck[]
  readonly #report: (report: HealthReport) => void
  readonly #log: Log
  readonly #stopped = new AbortController()
  readonly #attempts = new DisposableStack()

  constructor({
    checks,
    report,
    log,
  }: {
    checks: readonly AgentHealthCheck[]
    report: (report: HealthReport) => void
    log: Log
  }) {
    this.#checks = checks
    this.#report = report
    this.#log = log
  }

  start(): void {
    for (const check of this.#checks) for (const target of check.targets) this.#watch(check, target)
  }

  stop(): void {
    this.#stopped.abort()
    this.#attempts.dispose()
  }

  #watch(check: AgentHealthCheck, target: string): void {
    let health = untried
    let isTrying = false
    const attempt = async () => {
      if (isTrying) return
      isTrying = true
      const failure = await tryTarget(check, target, this.#stopped.signal)
      isTrying = false
      if (this.#stopped.signal.aborted) return
      const before = health
      health = nextHealth(before, failure === undefined, check.maxFailures)
      if (health.isDown === before.isDown) return
      if (health.isDown) this.#log.warn('target is down', { target, reason: failure })
      else this.#log.info('target is back', { target })
      this.#report({ target, up: !health.isDown })
    }
    this.#attempts.use(every(check.intervalMs, () => void attempt()))
    void attempt()
  }
}

/** Undefined when the target is healthy, otherwise why not. */
async function tryTarget(
  { type, path, timeoutMs }: AgentHealthCheck,
  target: string,
  stopped: AbortSignal,
): Promise<unknown> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)])
  try {
    const socket = await connectTcp({ ...parseLinkHost(target), timeoutMs, signal })
    try {
      if (type === 'http') await checkHttp(socket, { host: target, path, signal })
      return undefined
    } finally {
      socket.destroy()
    }
  } catch (error) {
    return error
  }
}
