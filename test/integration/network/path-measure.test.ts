import { Duplex, PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { LegMeasurement } from '../../../relay-core/src/api/path-models.ts'
import { measureAgent } from '../../../relay-core/src/relay/tunnels/measure-agent.ts'
import type { AgentSession } from '../../../relay-core/src/session/agent-session.ts'
import { measureServer, serveMeasure } from '../../../relay-core/src/agent/measure/serve-measure.ts'

const { signal } = new AbortController()

/** Two ends of one stream; what is written into one comes out of the other. */
function pair(): [Duplex, Duplex] {
  const [there, back] = [new PassThrough(), new PassThrough()]
  const ends: [Duplex, Duplex] = [
    Duplex.from({ writable: there, readable: back }),
    Duplex.from({ writable: back, readable: there }),
  ]
  ends[0].on('close', () => ends[1].destroy()).on('error', () => undefined)
  ends[1].on('close', () => ends[0].destroy()).on('error', () => undefined)
  return ends
}

function request(what: number, bytes: number): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(what, 0)
  head.writeUInt32BE(bytes, 1)
  return head
}

/** The bytes that an agent answers until it has ended the stream. */
function answered(said: Buffer, streamMs = 10_000): Promise<number> {
  const [relay, agent] = pair()
  let bytes = 0
  serveMeasure(agent, { requestBytes: 0, streamBytes: 0, streamMs })
  relay.on('data', (chunk: Buffer) => (bytes += chunk.length))
  relay.write(said)
  return new Promise((resolve) => relay.once('close', () => resolve(bytes)))
}

const session = (stream: Duplex) =>
  ({ openMeasure: async () => stream }) as Partial<AgentSession> as AgentSession

test('relay and agent measure the way between them', async () => {
  const [relay, agent] = pair()
  serveMeasure(agent)
  const leg: LegMeasurement = await measureAgent(session(relay), { signal })
  expect(leg.roundTripMs).toBeGreaterThanOrEqual(0)
  expect(leg.downBytesPerSecond).toBeGreaterThan(0)
  expect(leg.upBytesPerSecond).toBeGreaterThan(0)
})

test.each([
  ['more than one request may', request(2, 65_537)],
  ['as much as there is', request(1, 0xffff_ffff)],
  ['nothing', request(2, 0)],
  ['something unknown', request(7, 1)],
  ['an answer to more than nothing', request(0, 9)],
])('a relay that asks for %s is reset', async (_what, said) => {
  expect(await answered(said)).toBe(0)
})

test('a relay that asks again and again gets no more than a stream may carry', async () => {
  const asked = Buffer.concat(Array.from({ length: 2_000 }, () => request(2, 65_536)))
  expect(await answered(asked)).toBeLessThanOrEqual(8 * 1024 * 1024)
})

test('a relay that says nothing is reset in the end', async () => {
  expect(await answered(Buffer.alloc(0), 20)).toBe(0)
})

test('one measurement at a time', async () => {
  const serve = measureServer()
  const open = { number: 1, host: '', port: 0, visitor: '', kind: 5 }
  const first = await serve(open, { signal })
  await expect(serve(open, { signal })).rejects.toMatchObject({ code: 'target-denied' })
  first.abandon()
  const [, agent] = pair()
  const second = await serve(open, { signal })
  second.join(agent)
  agent.destroy()
  await new Promise((resolve) => agent.once('close', resolve))
  const third = await serve(open, { signal })
  third.abandon()
})

test('an agent that takes the stream and says nothing is waited for no longer than the caller wants', async () => {
  const [relay, agent] = pair()
  agent.resume()
  const asker = new AbortController()
  const measured = measureAgent(session(relay), { signal: asker.signal })
  await new Promise((resolve) => agent.once('data', resolve))
  asker.abort(new Error('enough'))
  await expect(measured).rejects.toThrow('enough')
  expect(relay.destroyed).toBe(true)
})

test('an agent that sends what was not asked for breaks the measurement off', async () => {
  const [relay, agent] = pair()
  agent.on('error', () => undefined).write(Buffer.alloc(100))
  agent.resume()
  await expect(measureAgent(session(relay), { signal })).rejects.toMatchObject({ code: 'agent-silent' })
})
