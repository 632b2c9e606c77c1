import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askListening } from '../../../relay-core/src/relay/clients/ask-listening.ts'
import type { AgentSession } from '../../../relay-core/src/session/agent-session.ts'
import { Targets } from '../../harness/peers/loopback-targets.ts'
import { startRelayWithAgent } from './relay-with-agent.ts'

const { signal } = new AbortController()

test('the relay tells what listens on a lab box, as its agent answers when it is asked', async () => {
  await using closing = new AsyncDisposableStack()
  const relay = closing.adopt(await startRelayWithAgent(), (part) => part.close())
  const targets = closing.adopt(new Targets(), (part) => part.close())
  const port = await targets.listen(() => undefined)
  const [first, second] = await Promise.all([
    relay.api.clients.listening({ id: relay.clientId }),
    relay.api.clients.listening({ id: relay.clientId }),
  ])
  for (const { listeners } of [first, second])
    expect(listeners.find((one) => one.port === port)).toMatchObject({ host: '127.0.0.1', isOwn: true })
  await relay.endAgent()
  for await (const [client] of await relay.api.clients.watch({})) if (client?.agent.state === 'offline') break
  await expect(relay.api.clients.listening({ id: relay.clientId })).rejects.toMatchObject({
    code: 'agent-offline',
  })
})

test('an owner who wants nothing told is heeded', async () => {
  await using closing = new AsyncDisposableStack()
  const relay = closing.adopt(await startRelayWithAgent({ discover: false }), (part) => part.close())
  await expect(relay.api.clients.listening({ id: relay.clientId })).rejects.toMatchObject({
    code: 'target-denied',
  })
})

const one = { host: '127.0.0.1', port: 8888, owner: 'alice', isOwn: true, command: ['jupyter'], folder: '' }
const document = (...listeners: object[]) => JSON.stringify({ home: '', listeners, others: [] })

test.each([
  ['nonsense', 'not json'],
  ['more than it may', document(...Array.from({ length: 101 }, () => one))],
  ['without end', 'x'.repeat(70_000)],
  ['words that drive a terminal', document({ ...one, command: ['\u001b[2J'] })],
  ['words without end', document({ ...one, command: ['x'.repeat(500)] })],
  ['a name for an address', document({ ...one, host: 'evil.example' })],
  ['a port that is none', document({ ...one, port: 70_000 })],
])('an agent that tells %s is not believed', async (_what, said) => {
  const stream = new PassThrough()
  const session = { openListening: async () => stream } as Partial<AgentSession> as AgentSession
  // the relay ends its own direction, which a stream of one direction cannot
  stream.end = () => stream
  stream.push(said)
  stream.push(null)
  await expect(askListening(session, { signal })).rejects.toMatchObject({ code: 'agent-silent' })
})

test('an agent that takes the question and says nothing is waited for no longer than the caller wants', async () => {
  const stream = new PassThrough()
  const session = { openListening: async () => stream } as Partial<AgentSession> as AgentSession
  stream.end = () => stream
  const asker = new AbortController()
  const asked = askListening(session, { signal: asker.signal })
  setImmediate(() => asker.abort(new Error('enough')))
  await expect(asked).rejects.toThrow('enough')
})
