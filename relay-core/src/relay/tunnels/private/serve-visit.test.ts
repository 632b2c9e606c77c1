import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { silentLog } from '../../../log/log.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import { RoundRobinTargets } from '../round-robin-targets.ts'
import { TunnelConnections } from '../tunnel-connections.ts'
import { serveVisit } from './serve-visit.ts'

function visited() {
  const [atTarget, agentSide] = duplexPair()
  const [atVisitor, visitorSide] = duplexPair()
  const gone = Promise.withResolvers<unknown>()
  const connections = new TunnelConnections({ tunnelId: 7, allowances: [] })
  const session: Pick<AgentSession, 'openPrivate'> = { openPrivate: () => Promise.resolve(agentSide) }
  const served = serveVisit(
    {
      tunnelId: 7,
      session: () => session as AgentSession,
      connections,
      targets: new RoundRobinTargets([{ host: '127.0.0.1', port: 22 }]),
      log: silentLog,
    },
    {
      address: '203.0.113.7',
      port: 40_000,
      isEndToEnd: true,
      gone: gone.promise,
      opened: () => visitorSide,
      failed: () => undefined,
    },
    { verifier: new Uint8Array(32) },
  )
  const endStream = async () => {
    for (const side of [atTarget, atVisitor]) side.end().resume()
    await Promise.all([agentSide, visitorSide].map((side) => side.closed || once(side, 'close')))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { connections, served, gone, endStream }
}

it('counts a visitor until it has gone, also when its stream is over', async () => {
  const { connections, served, gone, endStream } = visited()
  await endStream()
  expect(connections.count).toBe(1)
  gone.resolve(undefined)
  await served
  expect(connections.count).toBe(0)
})

it('no longer counts it when its tunnel is stopped', async () => {
  const { connections, served, endStream } = visited()
  await endStream()
  connections.close()
  await served
  expect(connections.count).toBe(0)
})
