import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { eventIterator, oc } from '@orpc/contract'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as z from 'zod'
import { agentPresence, client } from '../api/client-models.ts'
import { guestPass, type GuestPass, passWay } from '../api/guest-pass-models.ts'
import { relayErrorCodes } from '../api/errors.ts'
import { failureParams } from '../api/relay-failure.ts'
import { tunnel } from '../api/relay-tunnel-models.ts'
import { tunnelModeNames } from '../api/tunnel-modes.ts'
import { watch, type Watch } from '../api/webhook/watch-models.ts'
import { listedClient as lab } from '../testing/listed-client.ts'
import { listeningTunnel as ssh } from '../testing/listening-tunnel.ts'
import { createRelayClient, type RelayClient } from './relay-client.ts'

/** The contract of tomorrow: one more mode, one more way of a pass, and so on. */
const tomorrow = {
  client: client.extend({
    agent: z.union([
      agentPresence.refine((agent) => agent.state === 'online' || agent.why !== undefined),
      z.object({ state: z.literal('offline'), sinceMs: z.number(), why: z.literal('rebooting') }),
      z.object({ state: z.literal('asleep') }),
    ]),
  }),
  tunnel: tunnel.extend({
    name: z.string(),
    mode: z.enum([...tunnelModeNames, 'carrierPigeon']),
    pigeons: z.number().optional(),
    status: z.union([
      tunnel.shape.status,
      z.object({
        state: z.literal('failed'),
        failure: z.object({
          code: z.enum([...relayErrorCodes, 'pigeon-lost']),
          params: failureParams,
          message: z.string(),
        }),
      }),
    ]),
  }),
  pass: guestPass.extend({ way: z.enum([...passWay.options, 'badge']) }),
  watch: watch.extend({ wish: z.union([watch.shape.wish, z.object({ kind: z.literal('disk-full') })]) }),
}
type Tomorrow = z.input<typeof tomorrow.tunnel>
const contract = {
  clients: { list: oc.output(z.array(tomorrow.client)) },
  tunnels: {
    list: oc.output(z.array(tomorrow.tunnel)),
    watch: oc.output(eventIterator(z.array(tomorrow.tunnel))),
  },
  passes: { list: oc.output(z.array(tomorrow.pass)) },
  watches: { list: oc.output(z.array(tomorrow.watch)) },
}

const pigeon: Tomorrow = { ...ssh, id: 8, name: 'by air\u001b', mode: 'carrierPigeon', pigeons: 3 }
const lost: Tomorrow = {
  ...ssh,
  id: 9,
  status: {
    state: 'failed',
    failure: { code: 'pigeon-lost', params: {}, message: 'No pigeon came back.' },
  },
}
const pass: GuestPass = {
  id: 3,
  tunnelId: 7,
  name: 'Anna',
  way: 'line',
  address: null,
  createdAtMs: 1,
  expiresAtMs: 2,
  firstUsedAtMs: null,
  lastUsedAtMs: null,
  lastAddress: null,
  bytes: 0,
  connections: 0,
  revokedAtMs: null,
}
const gpus: Watch = { id: 5, clientId: 1, wish: { kind: 'gpus-free', count: 1 }, expiresAtMs: 2 }

let server: WebSocketServer
let socket: WebSocket
let today: RelayClient

beforeEach(async () => {
  const os = implement(contract)
  const handler = new RPCHandler(
    os.router({
      clients: {
        list: os.clients.list.handler(() => [
          lab,
          { ...lab, id: 2, agent: { state: 'asleep' } },
          { ...lab, id: 4, agent: { state: 'offline', sinceMs: 1, why: 'rebooting' } },
        ]),
      },
      tunnels: {
        list: os.tunnels.list.handler(() => [pigeon, ssh, lost]),
        watch: os.tunnels.watch.handler(async function* () {
          yield await Promise.resolve([pigeon, ssh])
          yield [ssh]
        }),
      },
      passes: { list: os.passes.list.handler(() => [{ ...pass, id: 4, way: 'badge' }, pass]) },
      watches: {
        list: os.watches.list.handler(() => [gpus, { ...gpus, id: 6, wish: { kind: 'disk-full' } }]),
      },
    }),
  )
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (peer) => void handler.upgrade(peer))
  await once(server, 'listening')
  socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(socket, 'open')
  today = createRelayClient(socket)
})

afterEach(async () => {
  socket.terminate()
  for (const peer of server.clients) peer.terminate()
  await new Promise((resolve) => server.close(resolve))
})

test('what only a newer relay knows hides nothing else, and is named', async () => {
  const tunnels = await today.tunnels.list({})
  expect(tunnels.map(({ id }) => id)).toEqual([7, 9])
  expect(tunnels[0]).toEqual(ssh)
  expect(tunnels.unread).toEqual([{ id: 8, name: 'by air ' }])
  const clients = await today.clients.list({})
  expect(clients.map(({ id }) => id)).toEqual([1, 4])
  expect(clients[0]).toEqual(lab)
  expect(clients.unread).toEqual([{ id: 2, name: 'lab' }])
  const passes = await today.passes.list({})
  expect([...passes]).toEqual([pass])
  expect(passes.unread).toEqual([{ id: 4, name: 'Anna' }])
  const watches = await today.watches.list({})
  expect([...watches]).toEqual([gpus])
  expect(watches.unread).toEqual([{ id: 6, name: '' }])
})

test('what only adds to an item is read as nothing, and hides not even that item', async () => {
  const [, rebooting] = await today.clients.list({})
  expect(rebooting).toMatchObject({ id: 4, agent: { state: 'offline', sinceMs: 1 } })
  expect(rebooting?.agent).toHaveProperty('why', undefined)
  const failure = { code: 'not-possible-here', params: {}, message: 'No pigeon came back.' }
  expect((await today.tunnels.list({}))[1]).toMatchObject({ id: 9, status: { state: 'failed', failure } })
})

test('nor in a feed, which goes on', async () => {
  const told: { ids: number[]; unread: number | undefined }[] = []
  for await (const list of await today.tunnels.watch({}))
    told.push({ ids: list.map(({ id }) => id), unread: list.unread?.length })
  expect(told).toEqual([
    { ids: [7], unread: 1 },
    { ids: [7], unread: undefined },
  ])
})
