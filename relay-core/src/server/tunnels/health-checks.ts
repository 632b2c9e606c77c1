import type { HealthCheck } from '../../api/tunnel-settings.ts'
import type { Log } from '../../log.ts'
import { askHttpStatus } from '../../transport/ask-http-status.ts'
import { formatHostPort } from '../../transport/host-port.ts'
import { resetStream } from '../../transport/splice.ts'
import type { AgentSession, Target } from '../agent-session.ts'
import type { TargetTurns } from './target-turns.ts'

export interface HealthCheckOptions {
  readonly tunnelId: number
  readonly check: HealthCheck
  readonly targets: TargetTurns
  readonly session: () => AgentSession | undefined
  readonly log: Log
}

/**
 * Asks each target in turn, through the agent, whether it is well, and tells `targets`. While the agent is away nothing is
 * known, and nothing changes. Answers how to stop.
 */
export function watchTargets({ tunnelId, check, targets, session, log }: HealthCheckOptions): () => void {
  const stopped = new AbortController()
  const failures = new Map<string, number>()
  let isAsking = false
  const ask = async ({ host, port }: Target) => {
    const agent = session()
    if (!agent) return
    const name = formatHostPort({ host, port })
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(check.timeoutMs)])
    let reason: unknown
    try {
      await askTarget(agent, { host, port }, check, signal)
      failures.delete(name)
    } catch (error) {
      if (stopped.signal.aborted) return
      reason = error
      failures.set(name, (failures.get(name) ?? 0) + 1)
    }
    const isHealthy = (failures.get(name) ?? 0) < check.maxFailures
    if (targets.setHealth({ host, port }, isHealthy)) {
      const fields = { tunnel: tunnelId, target: name }
      if (isHealthy) log.info('target is well again', fields)
      else log.warn('target is ill and left out', { ...fields, reason })
    }
  }
  const round = async () => {
    if (isAsking) return
    isAsking = true
    await Promise.all(targets.list().map(({ target }) => ask(target)))
    isAsking = false
  }
  const timer = setInterval(() => void round(), check.intervalMs)
  return () => {
    clearInterval(timer)
    stopped.abort()
  }
}

async function askTarget(
  agent: AgentSession,
  target: Target,
  { type, path }: HealthCheck,
  signal: AbortSignal,
): Promise<void> {
  const stream = await agent.openStream(target, { signal, visitor: 'health check', confirmed: true })
  try {
    if (type !== 'http') return
    const status = await askHttpStatus(stream, { host: formatHostPort(target), path, signal })
    if (status >= 500) throw new Error(`it answered with status ${status}`)
  } finally {
    resetStream(stream)
  }
}
