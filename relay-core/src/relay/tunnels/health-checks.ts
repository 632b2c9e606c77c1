import { every } from '../../async/time/every.ts'
import type { HealthCheck, TunnelSettings } from '../../api/tunnel-settings.ts'
import type { Log } from '../../log/log.ts'
import { checkHttp } from '../../net/dial/check-http.ts'
import { formatHostPort } from '../../net/address/host-port.ts'
import { resetStream } from '../../net/stream/splice.ts'
import type { AgentSession, Target } from '../../session/agent-session.ts'
import { proxyHeader } from './proxy-header.ts'
import type { RoundRobinTargets } from './round-robin-targets.ts'

export interface HealthCheckOptions {
  readonly tunnelId: number
  readonly check: HealthCheck
  /** How visitors are announced: a service that expects this answers nobody else. */
  readonly proxyProtocol: TunnelSettings['proxyProtocol']
  readonly targets: RoundRobinTargets
  readonly session: () => AgentSession | undefined
  readonly log: Log
}

/**
 * Checks each target through the agent and reports to `targets` whether it is healthy. While the agent is away nothing is
 * known, and nothing changes. Returns how to stop.
 */
export function watchTargets({
  tunnelId,
  check,
  proxyProtocol,
  targets,
  session,
  log,
}: HealthCheckOptions): () => void {
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
      await askTarget(agent, { host, port }, { ...check, proxyProtocol }, signal)
      failures.delete(name)
    } catch (error) {
      if (stopped.signal.aborted) return
      reason = error
      failures.set(name, (failures.get(name) ?? 0) + 1)
    }
    const isHealthy = (failures.get(name) ?? 0) < check.maxFailures
    if (targets.setHealth({ host, port }, isHealthy)) {
      const fields = { tunnel: tunnelId, target: name }
      if (isHealthy) log.info('target is healthy again', fields)
      else log.warn('target is unhealthy and left out', { ...fields, reason })
    }
  }
  const round = async () => {
    if (isAsking) return
    isAsking = true
    await Promise.all(targets.list().map(({ target }) => ask(target)))
    isAsking = false
  }
  const rounds = every(check.intervalMs, () => void round())
  return () => {
    rounds[Symbol.dispose]()
    stopped.abort()
  }
}

/** The address that a check announces: not one from outside. */
const checker = { address: '127.0.0.1', port: 65_535 }

async function askTarget(
  agent: AgentSession,
  target: Target,
  { type, path, proxyProtocol }: HealthCheck & Pick<HealthCheckOptions, 'proxyProtocol'>,
  signal: AbortSignal,
): Promise<void> {
  const stream = await agent.openStream(target, { signal, visitor: 'health-check', confirmed: true })
  try {
    if (proxyProtocol) stream.write(proxyHeader(proxyProtocol, checker, { ...checker, port: target.port }))
    if (type === 'http') await checkHttp(stream, { host: formatHostPort(target), path, signal })
  } finally {
    resetStream(stream)
  }
}
