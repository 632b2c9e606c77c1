import {
  isServiceKind,
  knownService,
  modeOfKind,
  relayFailure,
  usualTarget,
  withValues,
} from '@nps-desktop/electron/contract'
import type { Failure, Fix, PortReport, Stop, TunnelKind } from '@nps-desktop/electron/contract'
import { takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import { formatHostPort } from '@nps-desktop/relay-core/address'
import type { ProbeResult, RelayFailure } from '@nps-desktop/relay-core/api'
import { targetPort } from '../known-tunnels/tunnel-kind.ts'
import type { ServiceVisit } from './service-visit.ts'

/** What one check found about the last three stops. The first two are known from the link and the network watch. */
export interface CheckResult {
  readonly atMs: number
  readonly stops: readonly [port: Stop, lab: Stop, service: Stop]
  /** From the first packet to the service's first answer. */
  readonly ms: number
  /** The service speaks HTTPS. */
  readonly secure?: boolean
  /** Whether the service answers cannot be asked, as over UDP. */
  readonly isServiceUnasked?: boolean
  /** The lab box has answered past the server. */
  readonly isDirect?: boolean
}

export interface CheckedTunnel {
  readonly kind: TunnelKind
  readonly port: number
  /** Of a folder's tunnel, the folder. */
  readonly target: string
  readonly server: string
  readonly serverId: string
  readonly lab: string
  /** What blocks a port that gives no answer, as far as the server's firewall rules tell. */
  readonly portCause: PortReport['cause'] | null
  /** Lets the lab box dial the target, where the app knows of a limit. */
  readonly widening: Fix | null
}

/** Combines what the visitor met with what the relay found hop by hop. Stops behind a failing one are unknown. */
export function judge(
  tunnel: CheckedTunnel,
  visit: ServiceVisit,
  probe: ProbeResult,
  atMs: number,
): CheckResult {
  const port = portStop(tunnel, visit, probe)
  const lab = port.state === 'ok' ? labStop(tunnel, visit, probe) : unknownStop('lab')
  const service = lab.state === 'ok' ? serviceStop(tunnel, visit, probe) : unknownStop('service')
  const ms = visit.service?.ms ?? (port.ms ?? 0) + (service.ms ?? 0)
  const isUdp = tunnelModes[modeOfKind(tunnel.kind, 'anyone')].port === 'udp'
  const isServiceUnasked = isUdp && lab.state === 'ok' && service.state === 'unknown'
  return { atMs, stops: [port, lab, service], ms, secure: visit.service?.secure ?? false, isServiceUnasked }
}

/** What is known of the hops when a visitor has come to the service past the server: a failure on the way through it is none. */
export function withoutServer(probe: ProbeResult | null, tunnelId: number): ProbeResult {
  const { hops = [], atMs = 0 } = probe ?? {}
  const proved = (['port', 'agent', 'target'] as const).map((hop) => {
    const found = hops.find((one) => one.hop === hop)
    return found?.state === 'ok' ? found : { hop, state: 'ok' as const, ms: null, failure: null }
  })
  return { tunnelId, atMs, hops: proved }
}

/** The same when the lab box has answered past the server that it does not reach the target. */
export function refusedDirectly(probe: ProbeResult, { code, message }: Failure): ProbeResult {
  const failure = { code, message, params: {} } as RelayFailure
  const hops = probe.hops.map((one) =>
    one.hop === 'target' ? { hop: one.hop, state: 'failed' as const, ms: null, failure } : one,
  )
  return { ...probe, hops }
}

export function unknownStop(name: Stop['name']): Stop {
  return { name, state: 'unknown', ms: null, failure: null }
}

function failedStop(name: Stop['name'], failure: Failure): Stop {
  return { name, state: 'failed', ms: null, failure }
}

function portStop(tunnel: CheckedTunnel, { port: seen }: ServiceVisit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'port')
  if (hop?.failure) return failedStop('port', portFailure(tunnel, hop.failure))
  if (seen.state === 'accepted') return { name: 'port', state: 'ok', ms: seen.ms, failure: null }
  if (seen.state === 'unasked')
    return { name: 'port', state: hop?.state === 'ok' ? 'ok' : 'unknown', ms: null, failure: null }
  const { server, port, portCause } = tunnel
  if (seen.state === 'failed') {
    // an answer of the lab box or the target has come all the way
    if (/^(agent|target)-/.test(seen.failure.code))
      return { name: 'port', state: 'ok', ms: null, failure: null }
    return failedStop('port', withValues(seen.failure, { server, port }))
  }
  const params = { host: server, ports: String(port) }
  // nps listens, so whatever answers "no" or nothing stands in front of it
  const code =
    portCause === 'security-group'
      ? 'ports-blocked-by-security-group'
      : portCause === 'host-firewall' || seen.state === 'refused'
        ? 'ports-blocked-by-host-firewall'
        : 'ports-blocked-somewhere'
  const message = `Port ${port} of ${server} cannot be reached from this computer (${seen.why}), although nps listens there: a firewall stands in between. Check the server's ports.`
  const opens: Fix[] = code === 'ports-blocked-by-host-firewall' ? [{ action: 'open-host-firewall' }] : []
  return failedStop('port', { code, params, message, fixes: [...opens, { action: 'retry' }] })
}

/** A relay's own failure of the port (taken, not allowed, stopped), with the names a screen needs. */
export function portFailure(tunnel: Pick<CheckedTunnel, 'server' | 'port'>, failure: RelayFailure): Failure {
  const { server, port } = tunnel
  const { code, message, params } = failure
  return relayFailure(code, message, { server, port, ...params }, [{ action: 'retry' }])
}

function labStop(tunnel: CheckedTunnel, { port: seen }: ServiceVisit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'agent')
  const names = { lab: tunnel.lab, server: tunnel.server }
  if (hop?.failure) {
    const { code, message, params } = hop.failure
    const fixes: Fix[] =
      code === 'agent-outdated' ? [{ action: 'update', program: 'npc', serverId: tunnel.serverId }] : []
    return failedStop('lab', relayFailure(code, message, { ...names, ...params }, fixes))
  }
  // the relay may find the lab box well where the private way finds another one
  if (seen.state === 'failed' && seen.failure.code.startsWith('agent-'))
    return failedStop('lab', withValues({ ...seen.failure, fixes: acceptance(seen.failure) }, names))
  return hop?.state === 'ok' ? { name: 'lab', state: 'ok', ms: hop.ms, failure: null } : unknownStop('lab')
}

/** Of another agent in the lab box's place: the key it proved may belong to the same box set up again, which only the person knows. */
function acceptance(failure: Failure): Fix[] {
  if (failure.code !== 'agent-fingerprint-changed' || failure.params.actual === undefined) return []
  return [{ action: 'accept-change', agentKey: failure.params.actual }]
}

/** Of several targets the one that was tried, as far as the lab box tells. */
function failedTarget(target: string, { params: { host, port } }: RelayFailure): string {
  if (!target.includes(',') || host === undefined || port === undefined) return target
  return formatHostPort({ host: String(host), port: Number(port) })
}

function serviceStop(tunnel: CheckedTunnel, visit: ServiceVisit, probe: ProbeResult): Stop {
  const hop = probe.hops.find(({ hop }) => hop === 'target')
  const { lab, target, kind } = tunnel
  const params = { lab, target, kind }
  const known = knownService(kind)
  const mode = modeOfKind(kind, 'anyone')
  const hasFolder = takesSetting(mode, 'folder')
  if (hop?.failure && hasFolder && hop.failure.code === 'target-denied')
    return failedStop('service', notShared(tunnel))
  if (hop?.failure) {
    const command = known?.startCommand?.replace('{port}', String(targetPort(target)))
    const start = hop.failure.code === 'target-refused' && command !== undefined
    const { code, message } = hop.failure
    return failedStop(
      'service',
      relayFailure(
        code,
        message,
        { ...hop.failure.params, ...params, target: failedTarget(target, hop.failure) },
        [
          ...(start ? [{ action: 'start-service' as const, command }] : []),
          ...(hop.failure.code === 'target-denied' && tunnel.widening ? [tunnel.widening] : []),
          { action: 'retry' },
        ],
      ),
    )
  }
  // what they lead to is the lab's network itself, which the lab box has brought along
  if (hop?.state === 'skipped' && !tunnelModes[mode].hasTarget && !hasFolder)
    return { name: 'service', state: 'ok', ms: null, failure: null }
  if (hop?.state !== 'ok') return unknownStop('service')
  const ok: Stop = { name: 'service', state: 'ok', ms: hop.ms, failure: null }
  if (visit.service === null || visit.service.state === 'right') return ok
  if (visit.service.state === 'local-only') {
    const option = known?.anyHostOption ?? ''
    return failedStop('service', {
      code: 'service-local-only',
      params: { ...params, option },
      message: `The ${known?.name ?? 'service'} on ${target} of ${lab} answers 403 to everybody who comes by the server's address, as it does by default. Use it from this laptop only, or start it with ${option}.`,
      fixes: [{ action: 'keep-private' }, { action: 'copy', text: option }, { action: 'retry' }],
    })
  }
  if (visit.service.state === 'silent') {
    return failedStop('service', {
      code: 'service-silent',
      params,
      message: `${target} on ${lab} takes connections but says nothing. It may hang, or not be what is expected there. Restart it.`,
      fixes: [{ action: 'retry' }],
    })
  }
  const expected = isServiceKind(kind) ? usualTarget(kind) : target
  return failedStop('service', {
    code: 'service-wrong',
    params: { ...params, seen: visit.service.seen },
    message: `Something else answers on ${target} of ${lab}: "${visit.service.seen}". Usual for this kind is ${expected}; change the tunnel's target or stop the other program.`,
    fixes: [{ action: 'retry' }],
  })
}

/** npc shows only what it was started to share. Shared by a button where the app can set the box up, else by the option to copy. */
function notShared({ lab, target: folder, widening }: CheckedTunnel): Failure {
  return {
    code: 'folder-not-shared',
    params: { lab, folder },
    message: `The npc on ${lab} does not share ${folder}. Start it there with -share=${folder}.`,
    fixes: [
      ...(widening ? [widening] : []),
      { action: 'copy', text: `-share=${folder}` },
      { action: 'retry' },
    ],
  }
}
