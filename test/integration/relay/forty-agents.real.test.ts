import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { heldUpMs } from '../../harness/programs/process-facts.ts'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { changes } from '../../../relay-core/src/async/index.ts'
import { createLog } from '../../../relay-core/src/log/log.ts'
import { keyId } from '../../../relay-core/src/native/proofs.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import type { AgentSession } from '../../../relay-core/src/session/agent-session.ts'
import { Agents } from '../../../relay-core/src/relay/clients/agents.ts'
import { Bridge } from '../../../relay-core/src/relay/bridge/bridge.ts'
import { loadOrCreateIdentity } from '../../../relay-core/src/net/tls/identity.ts'

/** As many lab boxes as one campus has behind one address. */
const count = 40
/** Long enough for every agent to have failed more than once. */
const outageMs = 5_000

const log = createLog({ level: 'error', write: () => undefined })
const vkeyOf = (id: number) => `a-key-for-tests-of-agent-number-${id}`
const byKeyId = new Map<string, { id: number; vkey: string; enabled: boolean }>()
for (let id = 1; id <= count; id += 1) {
  const vkey = vkeyOf(id)
  byKeyId.set(keyId(vkey).toString('hex'), { id, vkey, enabled: true })
}

let folder: string
let target: Server
let agents: Agents
let bridge: Bridge
let started: Agent[]
let bridgePort: number

async function startRelay(port: number): Promise<number> {
  agents = new Agents()
  bridge = new Bridge({
    host: '127.0.0.1',
    port,
    identity: await loadOrCreateIdentity(folder),
    agents,
    log,
    clients: { find: (key) => byKeyId.get(key) },
  })
  return (await bridge.listen()).port
}

async function online(id: number): Promise<AgentSession> {
  for await (const _ of changes({ subscribe: (listener) => agents.onChange(listener) })) {
    const session = agents.get(id)
    if (session) return session
  }
  throw new Error('the changes have ended')
}

/** Fulfils when all agents are online and each has carried a stream to its target. */
async function allReached(): Promise<void> {
  const { port } = target.address() as AddressInfo
  const reach = async (id: number) => {
    const session = await online(id)
    const stream = await session.openStream(
      { host: '127.0.0.1', port },
      { signal: AbortSignal.timeout(10_000) },
    )
    stream.on('error', () => undefined)
    stream.destroy()
  }
  await Promise.all(Array.from({ length: count }, (_, index) => reach(index + 1)))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-forty-'))
  target = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1')
  await once(target, 'listening')
  bridgePort = await startRelay(0)
  started = Array.from(
    { length: count },
    (_, index) => new Agent({ server: `127.0.0.1:${bridgePort}`, vkey: new Secret(vkeyOf(index + 1)), log }),
  )
  for (const agent of started) agent.start()
  await allReached()
})
afterAll(async () => {
  await Promise.all(started.map((agent) => agent.close()))
  agents.closeAll()
  await bridge.close()
  target.close()
  await rm(folder, { recursive: true })
})

it('forty agents behind one address are back, and reached, within five seconds of their relay', async () => {
  expect(new Set(started.map(({ state }) => state.state))).toEqual(new Set(['online']))
  agents.closeAll()
  await bridge.close()
  await delay(outageMs)
  await startRelay(bridgePort)
  const atWork = () => performance.now() - heldUpMs()
  const startedAt = atWork()
  await allReached()
  expect(atWork() - startedAt).toBeLessThan(5_000)
})
