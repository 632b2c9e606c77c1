import type { Failure, PortReport, Stop, TunnelKind } from '@nps-desktop/electron/contract'
import type { ProbeResult, RelayFailure } from '@nps-desktop/relay-core/api'
import { usualTargets } from './tunnel-kind.ts'
import type { Visit } from './visit.ts'

/** What one check found of the last three stops. Of the first two the link and the network watch know. */
export interface CheckResult {
  readonly atMs: number
  readonly stops: readonly [port: Stop, lab: Stop, service: Stop]
  /** From the first packet to the service's first answer. */
  readonly ms: number
}

export interface CheckedTunnel {
  readonly kind: TunnelKind
  readonly port: number
  readonly target: string
  readonly server: string
  readonly lab: string
  /** What the last port check of the server found to be in the way. */
  readonly portCause: PortReport['cause'] | null
}

const startCommands: Readonly<Partial<Record<TunnelKind, string>>> = {
  jupyter: 'jupyter notebook --no-browser --port 8888',
  tensorboard: 'tensorboard --logdir . --port 6006',
}

/** Puts together what the visitor met and what the relay found hop by hop. Stops behind a failing one are unknown. */
export function judge(tunnel: CheckedTunnel, visit: Visit, probe: ProbeResult, atMs: number): CheckResult {
  const port = portStop(tunnel, visit, probe)
  const lab = port.state === 'ok' ? labStop(tunnel, visit, probe) : unknownStop('lab')
  const service = lab.state === 'ok' ? serviceStop(tunnel, visit, probe) : unknownStop('service')
  const ms = visit.service?.ms ?? (port.ms ?? 0) + (service.ms ?? 0)
  return { atMs, stops: [port, lab, service], ms }
}

export function unknownStop(name: Stop['name']): Stop {
  return { name, state: 'unknown', ms: null, failure: null }
}

function failedStop(name: Stop['name'], failure: Failure): Stop {
  return { name, state: 'failed', ms: null, failure }
}

function portStop(tunnel: CheckedTunnel, { port: seen }: Visit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'port')
  if (hop?.failure) return failedStop('port', portFailure(tunnel, hop.failure))
  if (seen.state === 'accepted') return { name: 'port', state: 'ok', ms: seen.ms, failure: null }
  const { server, port, portCause } = tunnel
  if (seen.state === 'failed') {
    // what the lab box or the target said has come all the way
    if (/^(agent|target)-/.test(seen.failure.code))
      return { name: 'port', state: 'ok', ms: null, failure: null }
    const { server, port } = tunnel
    return failedStop('port', { ...seen.failure, params: { server, port, ...seen.failure.params } })
  }
  const params = { server, port, why: seen.why }
  // nps listens, so whatever answers "no" or nothing stands in front of it
  const code =
    portCause === 'security-group'
      ? 'ports-blocked-by-security-group'
      : portCause === 'host-firewall' || seen.state === 'refused'
        ? 'ports-blocked-by-host-firewall'
        : 'ports-blocked-somewhere'
  const message = `Port ${port} of ${server} cannot be reached from this computer (${seen.why}), although nps listens there: a firewall stands in between. Check the server's ports.`
  return failedStop('port', { code, params, message, fixes: [{ action: 'retry' }] })
}

/** A relay's own failure of the port (taken, not allowed, stopped), with the names a screen needs. */
export function portFailure(tunnel: Pick<CheckedTunnel, 'server' | 'port'>, failure: RelayFailure): Failure {
  return {
    code: failure.code,
    params: { server: tunnel.server, port: tunnel.port, ...failure.params },
    message: failure.message,
    fixes: [{ action: 'retry' }],
  }
}

function labStop(tunnel: CheckedTunnel, { port: seen }: Visit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'agent')
  // the relay may find the lab box well where the private way finds another one
  const met = seen.state === 'failed' && seen.failure.code.startsWith('agent-') ? seen.failure : null
  const failure = hop?.failure ?? met
  if (hop?.state === 'ok' && !failure) return { name: 'lab', state: 'ok', ms: hop.ms, failure: null }
  if (!failure) return unknownStop('lab')
  const { code, params, message } = failure
  return failedStop('lab', {
    code,
    params: { lab: tunnel.lab, server: tunnel.server, ...params },
    message,
    fixes: [],
  })
}

function serviceStop(tunnel: CheckedTunnel, visit: Visit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'target')
  const { lab, target, kind } = tunnel
  const params = { lab, target, kind }
  if (hop?.failure) {
    const command = startCommands[kind]
    const start = hop.failure.code === 'target-refused' && command !== undefined
    return failedStop('service', {
      code: hop.failure.code,
      params: { ...hop.failure.params, ...params },
      message: hop.failure.message,
      fixes: start ? [{ action: 'start-service', command }, { action: 'retry' }] : [{ action: 'retry' }],
    })
  }
  if (hop?.state !== 'ok') return unknownStop('service')
  const ok: Stop = { name: 'service', state: 'ok', ms: hop.ms, failure: null }
  if (visit.service === null || visit.service.state === 'right') return ok
  if (visit.service.state === 'silent') {
    return failedStop('service', {
      code: 'service-silent',
      params,
      message: `${target} on ${lab} takes connections but says nothing. It may hang, or not be what is expected there. Restart it.`,
      fixes: [{ action: 'retry' }],
    })
  }
  const expected = kind === 'tcp' ? target : usualTargets[kind]
  return failedStop('service', {
    code: 'service-wrong',
    params: { ...params, seen: visit.service.seen },
    message: `Something else answers on ${target} of ${lab}: "${visit.service.seen}". Usual for this kind is ${expected}; change the tunnel's target or stop the other program.`,
    fixes: [{ action: 'retry' }],
  })
}
