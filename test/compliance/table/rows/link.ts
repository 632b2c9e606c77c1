import { expect } from 'vitest'
import { isStock } from '../pairs.ts'
import type { Row } from '../table.ts'

const onlyNewest = 'as with 0.26.10: what notices is ours'

/** What becomes of the link when an end is restarted or hangs. These come last: they disturb every other row. */
export const linkRows: readonly Row[] = [
  {
    name: 'T15: after a wrong key the agent asks again after five seconds or so',
    leftOut: ({ agent }) => isStock(agent) && 'a stock agent tries every five seconds',
    run: async (pair) => {
      const npc = pair.npc(await pair.agentFlags('a-key-that-nobody-knows'))
      await npc.says(/agent waiting .*code=wrong-key.*\n/)
      expect(npc.output).toMatch(/retryInMs=([45]\d{3}|6000)/)
      await npc.kill()
    },
  },
  {
    name: 'T7: restart of the agent',
    timeoutMs: 60_000,
    run: (pair) => pair.restartAgent(),
  },
  {
    name: 'T15: restart of the relay',
    timeoutMs: 60_000,
    run: (pair) => pair.restartRelay(),
  },
  {
    name: 'half-open: an agent that hangs is noticed, and taken back',
    timeoutMs: 60_000,
    leftOut: ({ relay, agent }) =>
      isStock(relay) ? 'a stock relay takes five minutes' : agent === '0.26.7' && onlyNewest,
    run: async (pair) => {
      const { clientId, agent } = await pair.account()
      agent.signal('SIGSTOP')
      const frozenAt = performance.now()
      for await (const clients of await pair.ourRelay.api.clients.watch({})) {
        if (clients.find(({ id }) => id === clientId)?.agent.state === 'offline') break
        if (performance.now() - frozenAt > 12_000) throw new Error('not noticed within 12 s')
      }
      agent.signal('SIGCONT')
      await pair.answers()
    },
  },
  {
    name: 'half-open: a relay that hangs is noticed, and found again',
    timeoutMs: 60_000,
    leftOut: ({ relay, agent }) =>
      isStock(agent) ? 'a stock agent takes five minutes' : relay === '0.26.7' && onlyNewest,
    run: async (pair) => {
      const { agent } = await pair.account()
      const from = agent.written
      pair.relay.signal('SIGSTOP')
      // Streams under way keep a link to a stock relay, which would end them for another one.
      await agent.says(/agent waiting|streams under way are kept/, { timeoutMs: 12_000, from })
      pair.relay.signal('SIGCONT')
      await pair.answers()
    },
  },
]
