import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NativePair, testVkey } from '../compliance/native/native-pair.ts'
import { readAll, Targets } from '../harness/peers/loopback-targets.ts'
import { flood, keptFor, open } from './strangers.ts'

const targets = new Targets()
let pair: NativePair

beforeAll(async () => {
  pair = await NativePair.start(process.execPath)
})
afterAll(async () => {
  await targets.close()
  await pair.close()
})

/** Somebody between agent and relay who writes down what the agent says, a connection each. */
async function eavesdropper(): Promise<{ server: Server; port: number; heard: Buffer[][] }> {
  const heard: Buffer[][] = []
  const server = createServer((socket) => {
    const said: Buffer[] = []
    heard.push(said)
    const relay = connect(pair.bridgePort, '127.0.0.1')
    for (const one of [socket, relay]) one.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => said.push(bytes))
    socket.pipe(relay).pipe(socket)
    socket.on('close', () => relay.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, heard }
}

test('S4, W4: who listens on the bridge hears neither key nor target nor payload, and gets in by no repetition', async () => {
  const { server, port, heard } = await eavesdropper()
  const from = pair.relay.now
  const agent = pair.anotherAgent(undefined, undefined, `127.0.0.1:${port}`)
  await agent.event(({ event, state }) => event === 'state' && state === 'online')
  const echo = await targets.echo()
  const visitor = await targets.visit(await pair.open(1, echo))
  visitor.end('a very plain secret')
  expect(String(await readAll(visitor))).toBe('a very plain secret')
  const all = Buffer.concat(heard.flat())
  const md5 = createHash('md5').update(testVkey).digest('hex')
  const words = [testVkey, md5, `:${echo}`, '127.0.0.1', 'a very plain secret']
  expect(words.filter((word) => all.includes(word))).toEqual([])
  await agent.kill()
  await pair.relay.event(({ event, state }) => event === 'agent' && state === 'offline', { from })
  const online = pair.relay.now
  await Promise.all(
    heard.map(async (said) => {
      const socket = open(pair.bridgePort)
      socket.write(Buffer.concat(said))
      await keptFor(socket, 10_000)
    }),
  )
  await expect(
    pair.relay.event(({ event, state }) => event === 'agent' && state === 'online', {
      from: online,
      timeoutMs: 200,
    }),
  ).rejects.toThrow('no such event')
  server.close()
})

test('R5: nothing holds a client to 16 MiB a second', { timeout: 40_000 }, async () => {
  const from = pair.relay.now
  pair.restartAgent()
  await pair.relay.event(({ event, state }) => event === 'agent' && state === 'online', { from })
  const sink = await targets.listen((socket) => socket.resume().on('end', () => socket.end()))
  const visitor = open(await pair.open(2, sink))
  const totalBytes = 160 * 1024 * 1024
  const startedAt = performance.now()
  await flood(visitor, Buffer.alloc(1024 * 1024), { totalBytes, forMs: 30_000 })
  visitor.end()
  await once(visitor, 'close')
  // At 16 MiB/s it would take ten seconds, or nine after a second's worth at once.
  expect(performance.now() - startedAt).toBeLessThan(8_500)
  expect((await pair.counters(2)).upBytes).toBe(totalBytes)
})
