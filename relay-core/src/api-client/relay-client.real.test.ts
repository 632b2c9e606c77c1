import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { os } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createRelayClient, type RelayClient } from './relay-client.ts'

/** Answers whatever a test wants, by the API's names but without its schemas. */
let answer: unknown
let server: WebSocketServer
let socket: WebSocket
let client: RelayClient

beforeEach(async () => {
  const handler = new RPCHandler({
    status: { get: os.handler(() => answer) },
    clients: {
      list: os.handler(() => answer),
      watch: os.handler(async function* () {
        yield await Promise.resolve([])
        yield answer
      }),
    },
  })
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (peer) => void handler.upgrade(peer))
  await once(server, 'listening')
  socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(socket, 'open')
  client = createRelayClient(socket)
})

afterEach(async () => {
  socket.terminate()
  for (const peer of server.clients) peer.terminate()
  await new Promise((resolve) => server.close(resolve))
})

const status = {
  version: '1.0.0',
  startedAtMs: 1,
  hostname: 'cloud',
  platform: 'linux x64',
  bridgePort: 8024,
  webPort: null,
  allowPorts: '7000-9000,10001',
  fingerprint: '',
  stockProtocol: false,
  clientsOnline: 0,
  clientsTotal: 0,
  residentBytes: 1,
  service: 'systemd',
}

const invalid = expect.objectContaining({ name: 'RelayError', code: 'relay-answer-invalid' })

test('an answer that fits comes through, without what the contract does not know', async () => {
  answer = { ...status, later: 'unknown here' }
  expect(await client.status.get({})).toEqual(status)
})

for (const allowPorts of ['1-999999', '9000-7000', '0', '7000-', 'x', 7000, '7000,,8000']) {
  test(`the ports "${allowPorts}" are no answer`, async () => {
    answer = { ...status, allowPorts }
    await expect(client.status.get({})).rejects.toEqual(invalid)
  })
}

test('what has no number is no client, and the message says where', async () => {
  answer = [{ name: null }]
  await expect(client.clients.list({})).rejects.toThrow(/clients\/list.*0\.name/)
})

test('a feed ends at the first value that does not fit', async () => {
  answer = [{ name: null }]
  const feed = await client.clients.watch({})
  expect((await feed.next()).value).toEqual([])
  await expect(feed.next()).rejects.toEqual(invalid)
})

test('where the answer should be a feed, one value is no answer', async () => {
  // The contract says that the answer is a feed; this relay answers otherwise.
  const list = client as { clients: { watch: (input: object) => Promise<unknown> } }
  answer = []
  const wrong = new RPCHandler({ clients: { watch: os.handler(() => answer) } })
  server.removeAllListeners('connection')
  server.on('connection', (peer) => void wrong.upgrade(peer))
  const other = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(other, 'open')
  const second = createRelayClient(other) as typeof list
  await expect(second.clients.watch({})).rejects.toEqual(invalid)
  other.terminate()
})

test('a call that an older relay does not know fails as one that is not possible there', async () => {
  await expect(client.clients.remove({ id: 1 })).rejects.toMatchObject({
    name: 'RelayError',
    code: 'not-possible-here',
    message: 'The relay could not do this (NOT_FOUND). Its log tells why.',
  })
})

test('a feed that is given up while its connection ends disturbs nothing else', async () => {
  const uncaught: unknown[] = []
  const note = (reason: unknown) => uncaught.push(reason)
  process.on('uncaughtException', note)
  answer = []
  const giveUp = new AbortController()
  const feed = await client.clients.watch({}, { signal: giveUp.signal })
  expect(await feed.next()).toMatchObject({ value: [] })
  socket.terminate()
  giveUp.abort()
  await once(socket, 'close')
  await new Promise(setImmediate)
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
  await expect(client.status.get({})).rejects.toMatchObject({ code: 'relay-unreachable' })
})
