import { expect, test } from 'vitest'
import { startRelayWithAgent } from './relay-with-agent.ts'

test('a relay tells that an agent which is away was stopped', async () => {
  await using closing = new AsyncDisposableStack()
  const relay = closing.adopt(await startRelayWithAgent(), (part) => part.close())
  await relay.endAgent()
  for await (const [client] of await relay.api.clients.watch({})) {
    if (client?.agent.state !== 'offline') continue
    expect(client.agent.why).toBe('stopped')
    break
  }
})
