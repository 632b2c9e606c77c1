import { relayFailure } from '@nps-desktop/electron/contract'
import type { Failure, Link, Stop, TunnelStatus } from '@nps-desktop/electron/contract'
import type { AgentPresence, TunnelState } from '@nps-desktop/relay-core/api'
import { type CheckResult, portFailure, unknownStop } from './check-result.ts'

/** Green is earned and expires: nothing older than this counts as known. */
const freshMs = 30_000
/** Without any answer for this long, "checking" would be a promise nobody keeps. */
const silenceTimeoutMs = 90_000

export interface TunnelFacts {
  readonly nowMs: number
  readonly server: string
  readonly lab: string
  readonly port: number
  /** The server has changed what the person chose; the app does not follow it. */
  readonly changed: Failure | null
  /** What a person switched on or off. */
  readonly enabled: boolean
  /** False for a server on this computer. */
  readonly needsNetwork: boolean
  readonly laptopOnline: boolean
  readonly laptopChangedAtMs: number
  readonly link: Link
  readonly notOnlineSinceMs: number | null
  readonly serverAnsweredAtMs: number | null
  /** As the relay reports it, immediately on a change; null while it is not known. */
  readonly listening: TunnelState | null
  readonly agent: AgentPresence | null
  readonly result: CheckResult | null
  /** Its connections go past the server, which then counts for none of its faults. */
  readonly isDirect?: boolean
  readonly checkingSinceMs: number | null
  /** When the present fault was first seen. */
  readonly brokenSinceMs: number | null
}

/** The five stops and the state in one word; pure. */
export function tunnelStatus(facts: TunnelFacts): { status: TunnelStatus; stops: Stop[] } {
  const stops = fiveStops(facts)
  return { stops, status: statusOf(facts, stops) }
}

function fiveStops(facts: TunnelFacts): Stop[] {
  const nothing = [unknownStop('port'), unknownStop('lab'), unknownStop('service')]
  const laptop = laptopStop(facts)
  if (laptop.state !== 'ok') return [laptop, unknownStop('server'), ...nothing]
  const server = serverStop(facts)
  if (isProvedDirectly(facts)) return [laptop, server, ...facts.result.stops]
  if (server.state !== 'ok' || !facts.enabled) return [laptop, server, ...nothing]
  if (facts.changed)
    return [laptop, server, failedPort(facts.changed), unknownStop('lab'), unknownStop('service')]
  const [port, lab, service] =
    facts.result && isFresh(facts, facts.result.atMs) ? facts.result.stops : pending(facts)
  if (facts.listening?.state === 'failed') {
    const failure = portFailure(facts, facts.listening.failure)
    return [laptop, server, failedPort(failure), unknownStop('lab'), unknownStop('service')]
  }
  if (facts.agent?.state === 'offline' && port.state !== 'failed') {
    return [laptop, server, port, offlineStop(facts, facts.agent.sinceMs), unknownStop('service')]
  }
  return [laptop, server, port, lab, service]
}

/** A visitor has come to the lab box past the server, so whatever that says of the way through it. */
function isProvedDirectly(facts: TunnelFacts): facts is TunnelFacts & { result: CheckResult } {
  const { isDirect, enabled, changed, result } = facts
  return isDirect === true && enabled && !changed && result !== null && isFresh(facts, result.atMs)
}

function failedPort(failure: Failure): Stop {
  return { name: 'port', state: 'failed', ms: null, failure }
}

function laptopStop(facts: TunnelFacts): Stop {
  if (facts.laptopOnline || !facts.needsNetwork)
    return { name: 'laptop', state: 'ok', ms: null, failure: null }
  const message = 'This laptop has no network. Connect it to one; everything is then checked again.'
  return { ...unknownStop('laptop'), failure: { code: 'laptop-offline', params: {}, message, fixes: [] } }
}

function serverStop({ link, serverAnsweredAtMs, nowMs }: TunnelFacts): Stop {
  switch (link.state) {
    case 'online': {
      const answered = serverAnsweredAtMs !== null && nowMs - serverAnsweredAtMs <= freshMs
      const state = answered ? 'ok' : 'checking'
      return { name: 'server', state, ms: link.roundTripMs, failure: null }
    }
    case 'checking':
      return { name: 'server', state: 'checking', ms: null, failure: null }
    case 'away':
      return isThere(link)
        ? { name: 'server', state: 'ok', ms: null, failure: null }
        : { name: 'server', state: 'failed', ms: null, failure: link.failure }
    case 'failed':
      return { name: 'server', state: 'failed', ms: null, failure: link.failure }
    case 'not-set-up':
      return unknownStop('server')
  }
}

function offlineStop({ lab, server }: TunnelFacts, sinceMs: number | null): Stop {
  const since = sinceMs === null ? '' : ` since ${new Date(sinceMs).toISOString()}`
  const message = `${lab} has been offline${since}: its npc is not connected to ${server}. It comes back by itself when the lab box and its network do.`
  const failure = relayFailure('agent-offline', message, { lab, server, sinceMs })
  return { name: 'lab', state: 'failed', ms: null, failure }
}

function pending({ checkingSinceMs }: TunnelFacts): [Stop, Stop, Stop] {
  const state = checkingSinceMs === null ? 'unknown' : 'checking'
  const stop = (name: Stop['name']): Stop => ({ name, state, ms: null, failure: null })
  return [stop('port'), stop('lab'), stop('service')]
}

function isFresh({ nowMs }: TunnelFacts, atMs: number): boolean {
  return nowMs - atMs <= freshMs
}

function statusOf(facts: TunnelFacts, stops: readonly Stop[]): TunnelStatus {
  const [laptop, server] = stops
  if (laptop?.state !== 'ok') return { state: 'unknown', sinceMs: facts.laptopChangedAtMs }
  if (isProvedDirectly(facts)) return directStatus(facts)
  if (!isThere(facts.link)) return withoutLink(facts)
  if (!facts.enabled) return { state: 'paused' }
  const failed = stops.find((stop) => stop.state === 'failed')
  if (failed?.failure) {
    const { failure } = failed
    const offlineSinceMs = failure.code === 'agent-offline' ? failure.params.sinceMs : undefined
    const since = offlineSinceMs ?? facts.brokenSinceMs ?? facts.nowMs
    return { state: 'broken', stop: failed.name, sinceMs: since, failure }
  }
  const { result, nowMs } = facts
  if (result && stops.every((stop) => stop.state === 'ok')) {
    const checkedAtMs = Math.min(result.atMs, facts.serverAnsweredAtMs ?? result.atMs)
    return { state: 'ready', checkedAtMs, ms: result.ms }
  }
  if (result?.isServiceUnasked && stops.slice(0, -1).every((stop) => stop.state === 'ok'))
    return { state: 'unproved', checkedAtMs: Math.min(result.atMs, facts.serverAnsweredAtMs ?? result.atMs) }
  const lastAtMs = server?.state === 'ok' ? (result?.atMs ?? null) : facts.serverAnsweredAtMs
  if (lastAtMs !== null && nowMs - lastAtMs > silenceTimeoutMs) return { state: 'unknown', sinceMs: lastAtMs }
  return {
    state: 'checking',
    sinceMs: facts.checkingSinceMs ?? (lastAtMs === null ? nowMs : lastAtMs + freshMs),
  }
}

function directStatus({ result, brokenSinceMs, nowMs }: TunnelFacts & { result: CheckResult }): TunnelStatus {
  const failed = result.stops.find((stop) => stop.state === 'failed')
  if (failed?.failure)
    return { state: 'broken', stop: failed.name, sinceMs: brokenSinceMs ?? nowMs, failure: failed.failure }
  if (result.stops.every(({ state }) => state === 'ok'))
    return { state: 'ready', checkedAtMs: result.atMs, ms: result.ms }
  return { state: 'checking', sinceMs: result.atMs }
}

/** It can be asked now, whatever the screen still says about the outage. */
function isThere(link: Link): boolean {
  return link.state === 'online' || (link.state === 'away' && link.answering)
}

/** Without the link nothing behind it is known, unless something has come directly since. */
function withoutLink({
  link,
  serverAnsweredAtMs,
  notOnlineSinceMs,
  result,
  nowMs,
}: TunnelFacts): TunnelStatus {
  if (link.state === 'checking') return { state: 'checking', sinceMs: link.sinceMs }
  const answeredAtMs = Math.max(serverAnsweredAtMs ?? 0, result?.isDirect ? result.atMs : 0)
  return { state: 'unknown', sinceMs: answeredAtMs > 0 ? answeredAtMs : (notOnlineSinceMs ?? nowMs) }
}
