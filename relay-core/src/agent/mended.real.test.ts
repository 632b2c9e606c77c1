import { afterEach, beforeEach, expect, test } from 'vitest'
import { untilTrue } from '../async/wait/until-true.ts'
import { createLog } from '../log/log.ts'
import { Secret } from '../secret.ts'
import { type BridgeOfOne, openBridgeOfOne } from '../testing/bridge-of-one.ts'
import type { AgentState } from './agent-state.ts'
import { Agent } from './agent.ts'

const vkey = 'a-key-for-tests-0123456789abcdef'

let bridge: BridgeOfOne
let agent: Agent

beforeEach(async () => {
  bridge = await openBridgeOfOne({ vkey, level: 'info' })
  const log = createLog({ level: 'error', write: () => undefined })
  agent = new Agent({ server: bridge.server, vkey: new Secret(vkey), log })
})
afterEach(async () => {
  await agent.close()
  await bridge.close()
})

/** Fulfils when the agent has come into a state, this many times from now on. */
async function until(wanted: AgentState['state'], times = 1): Promise<void> {
  let left = times
  using _subscription = agent.onChange(({ state }) => {
    if (state === wanted) left -= 1
  })
  await untilTrue(
    (look) => agent.onChange(look),
    () => left <= 0,
    { timeoutMs: 20_000, onTimeout: () => new Error(`not ${wanted} within 20 s`) },
  )
}

test.each([
  ['client-disabled', 1],
  ['wrong-key', 2],
] as const)(
  'an agent that was refused with %s is online within ten seconds of the mending',
  { timeout: 40_000 },
  async (code, timesTold) => {
    const online = until('online')
    agent.start()
    await online
    const refused = until('waiting', 3)
    const before = bridge.client
    bridge.client = code === 'wrong-key' ? undefined : { id: 1, vkey, enabled: false }
    bridge.agents.end(1, code === 'wrong-key' ? 'removed' : 'disabled')
    await refused
    expect(agent.state).toMatchObject({ state: 'waiting', reason: { code } })
    const back = until('online')
    bridge.client = before
    const mendedAt = performance.now()
    await back
    expect(performance.now() - mendedAt).toBeLessThan(10_000)
    // Each guess at a key is told; who has proved its key is told once, however often it comes.
    const told = bridge.lines.filter((line) => line.includes('agent refused')).length
    expect(Math.min(told, 2)).toBe(timesTold)
  },
)
