import { RelayError } from '../../api/errors.ts'
import type { ProbeResult } from '../../api/path-models.ts'
import type { RelayFailure } from '../../api/relay-failure.ts'
import type { TunnelState } from '../../api/relay-tunnel-models.ts'
import type { Duplex } from 'node:stream'
import type { AgentSession } from '../../session/agent-session.ts'
import { resetStream } from '../../net/stream/splice.ts'

type ProbeHop = ProbeResult['hops'][number]

/** Server listening → agent online → target answers: each hop with its milliseconds and, where it fails, why. */
export async function probe({
  tunnelId,
  atMs,
  state,
  session,
  open,
  signal,
}: {
  tunnelId: number
  /** When it was asked for. */
  atMs: number
  state: TunnelState
  session: AgentSession | undefined
  /** Opens what a visitor would reach; undefined where nothing can be checked. */
  open: ((session: AgentSession) => Promise<Duplex>) | undefined
  signal: AbortSignal
}): Promise<ProbeResult> {
  const hops = (port: ProbeHop, agent = skipped('agent'), targetHop = skipped('target')): ProbeResult => ({
    tunnelId,
    atMs,
    hops: [port, agent, targetHop],
  })
  if (state.state === 'failed') return hops(failed('port', state.failure))
  if (state.state === 'stopped') {
    return hops(failed('port', new RelayError('tunnel-stopped', 'The tunnel is stopped. Start it.')))
  }
  const port = ok('port', null)
  if (!session) {
    const offline = new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
    return hops(port, failed('agent', offline))
  }
  const agent = ok('agent', session.roundTripMs)
  if (!open) return hops(port, agent)
  const startedAtMs = performance.now()
  try {
    const stream = await open(session)
    const ms = performance.now() - startedAtMs
    resetStream(stream)
    return hops(port, agent, ok('target', ms))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof RelayError)) throw error
    // When the agent does not answer, its hop has failed, whatever its last round trip was.
    return error.code.startsWith('agent-')
      ? hops(port, failed('agent', error))
      : hops(port, agent, failed('target', error))
  }
}

function ok(hop: ProbeHop['hop'], ms: number | null): ProbeHop {
  return { hop, state: 'ok', ms, failure: null }
}

function skipped(hop: ProbeHop['hop']): ProbeHop {
  return { hop, state: 'skipped', ms: null, failure: null }
}

function failed(hop: ProbeHop['hop'], { code, params, message }: RelayFailure): ProbeHop {
  return { hop, state: 'failed', ms: null, failure: { code, params, message } }
}
