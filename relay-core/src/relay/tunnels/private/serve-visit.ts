import type { Duplex } from 'node:stream'
import { RelayError } from '../../../api/errors.ts'
import { untilAborted } from '../../../async/wait/until-aborted.ts'
import type { Log } from '../../../log/log.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import { hostOf } from '../../../net/address/plain-address.ts'
import { proxyAt } from '../../../session/agent-proxy.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import type { Guest } from '../guest.ts'
import type { RoundRobinTargets } from '../round-robin-targets.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import type { TunnelConnections } from '../tunnel-connections.ts'
import type { AdmittedVisitor } from './admitted-visitor.ts'

/** Where visitors of a tunnel go who come by the bridge. */
export interface VisitedTunnel {
  readonly tunnelId: number
  readonly session: () => AgentSession | undefined
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
  readonly log: Log
}

/** Lets the visitor in, or tells it why not; fulfils when it has gone, never rejects. `guest`: it has shown a pass. */
export async function serveVisit(
  tunnel: VisitedTunnel,
  visit: AdmittedVisitor,
  { verifier, guest }: { verifier: Uint8Array; guest?: Guest },
): Promise<void> {
  let connection: TunnelConnection | undefined
  let hasGone = false
  void visit.gone.then(() => (hasGone = true))
  try {
    const entered = tunnel.connections.enter(visit, guest)
    connection = entered
    if (visit.direct) connection.becomeDirect()
    const stream = await open(tunnel, visit, { connection, verifier })
    if (connection.signal.aborted) {
      resetStream(stream)
      throw asReason(connection.signal.reason)
    }
    await connection.join(
      visit.opened((from) => entered.moveTo(from)),
      stream,
    )
    // Until the visitor has gone: it holds a connection until it has acknowledged the end of its stream, for a minute if it survives, and
    // counts as long. Or until the tunnel is stopped.
    await untilAborted(connection.signal)
  } catch (error) {
    const reason = asReason(error)
    // One that has no direct way comes by the relay, and one that has it leaves as soon as it is answered there.
    tunnel.log[visit.direct || hasGone ? 'debug' : 'warn']('visitor turned away', {
      tunnel: tunnel.tunnelId,
      visitor: `${visit.address}:${visit.port}`,
      code: reason.code,
      reason,
    })
    visit.failed(reason)
  } finally {
    connection?.leave()
  }
}

function open(
  { session: findSession, targets }: VisitedTunnel,
  { isEndToEnd, direct, gone }: AdmittedVisitor,
  { connection, verifier }: { connection: TunnelConnection; verifier: Uint8Array },
): Promise<Duplex> {
  const { visitor, signal } = connection
  void gone.then(() => {
    direct?.visitorHasGone()
    connection.end()
  })
  const session = findSession()
  if (!session) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  const target = targets.next()
  if (!target) throw new RelayError('invalid-input', 'The tunnel has no target. Give it one.')
  if (direct) {
    if (targets.list().length > 1)
      throw new RelayError('direct-limited', 'A tunnel with several targets has no direct links.')
    direct.begin(session, {
      signal,
      count: (direction, bytes) => connection.count(direction, bytes),
    })
    const seenFrom = direct.seenFrom(hostOf(session.address))
    const { entrance } = direct
    return session.openDirect({ target, verifier, seenFrom, entrance, signal, visitor })
  }
  if (isEndToEnd) return session.openPrivate({ target, verifier, signal, visitor })
  if (proxyAt(target))
    throw new RelayError('mode-unsupported', 'No stock NPS visits a proxy of the lab box. Run our npc here.')
  return session.openStream(target, { signal, visitor })
}

/** A visit that ends without a reason was ended by stopping the tunnel, or by the visitor. */
function asReason(error: unknown): RelayError {
  return error instanceof RelayError ? error : new RelayError('tunnel-stopped', 'The tunnel was stopped.')
}
