import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, type Clock } from '../async/time/clock.ts'
import { untilTrue } from '../async/wait/until-true.ts'
import { createLog } from '../log/log.ts'
import { Secret } from '../secret.ts'
import { type BridgeOfOne, openBridgeOfOne } from '../testing/bridge-of-one.ts'
import type { Agents } from '../relay/clients/agents.ts'
import type { AgentState } from './agent-state.ts'
import { Agent } from './agent.ts'

const vkey = 'a-key-for-tests-0123456789abcdef'
/** The pauses of minutes pass a hundred times as fast. */
const clock: Clock = {
  ...systemClock,
  after: (delayMs, action) => systemClock.after(delayMs / 100, action),
}

let bridge: BridgeOfOne
let agents: Agents
const started: Agent[] = []

beforeEach(async () => {
  bridge = await openBridgeOfOne({ vkey, level: 'debug' })
  agents = bridge.agents
})
afterEach(async () => {
  for (const agent of started.splice(0)) await agent.close()
  await bridge.close()
})

/** Starts an agent as a person does at a shell. */
function start(): {
  agent: Agent
  until: (state: AgentState['state'], code?: string) => Promise<AgentState | undefined>
} {
  const log = createLog({ level: 'debug', write: () => undefined })
  const agent = new Agent({ server: bridge.server, vkey: new Secret(vkey), clock, random: () => 0, log })
  started.push(agent)
  const until = async (wanted: AgentState['state'], code?: string) => {
    let found: AgentState | undefined
    const look = () => {
      const { state } = agent
      const isIt =
        state.state === wanted && (code === undefined || ('reason' in state && state.reason.code === code))
      if (isIt) found = state
      return isIt
    }
    await untilTrue((changed) => agent.onChange(changed), look, {
      timeoutMs: 20_000,
      onTimeout: () => new Error(`not ${wanted} within 20 s but ${JSON.stringify(agent.state)}`),
    })
    return found
  }
  agent.start()
  return { agent, until }
}

test('of two machines with one key the newer one stays, and the other one comes back when it has gone', async () => {
  const older = start()
  await older.until('online')
  const newer = start()
  await newer.until('online')

  const displaced = await older.until('waiting', 'agent-replaced')
  expect(displaced).toMatchObject({
    reason: { message: expect.stringMatching(/from 127\.0\.0\.1 \(.+\)/) as string },
  })
  await older.until('waiting', 'client-in-use')
  const first = agents.state(1)
  expect(first).toMatchObject({ state: 'online', displaced: { address: '127.0.0.1' } })
  await expect
    .poll(() => bridge.lines.filter((line) => line.includes('code=client-in-use')).length, {
      timeout: 10_000,
    })
    .toBeGreaterThan(2)
  // However often it asks, it takes nothing away.
  expect(newer.agent.state).toMatchObject({ state: 'online', attempt: 1 })
  expect(agents.state(1)).toMatchObject({ displaced: { askedAtMs: expect.any(Number) as number } })

  await newer.agent.close()
  await older.until('online')
  expect(agents.state(1)).not.toHaveProperty('displaced')
})

test('whoever starts npc on another machine has the place, though the one there came back to it', async () => {
  const older = start()
  await older.until('online')
  const newer = start()
  await older.until('waiting', 'agent-replaced')
  await newer.agent.close()
  await older.until('online')
  const newest = start()
  await newest.until('online')
  await older.until('waiting', 'agent-replaced')
  expect(newest.agent.state.state).toBe('online')
})

test('an agent that has lost its link takes its own place at once', async () => {
  const one = start()
  await one.until('online')
  const session = agents.get(1)
  session?.endLink()
  await one.until('waiting', 'relay-unreachable')
  await one.until('online')
  expect(agents.get(1)).not.toBe(session)
  expect(agents.state(1)).not.toHaveProperty('displaced')
})

test('a client that is switched off loses its streams at once, those of a link that was lost too', async () => {
  const target = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const one = start()
  await one.until('online')
  const { port } = target.address() as AddressInfo
  const signal = AbortSignal.timeout(10_000)
  const stream = await agents.get(1)?.openStream({ host: '127.0.0.1', port }, { signal })
  if (!stream) throw new Error('there is no session')
  agents.get(1)?.endLink()
  await one.until('waiting', 'relay-unreachable')
  await one.until('online')
  stream.write('still here')
  expect(String((await once(stream, 'data', { signal }))[0])).toBe('still here')
  const ended = new Promise((resolve) => stream.once('close', resolve))
  agents.end(1, 'disabled')
  await ended
  target.close()
})
