import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loopbackRelay } from '@nps-desktop/relay-core/testing/loopback-relay'
import { Relay } from '@nps-desktop/relay-core/relay'
import { afterEach, expect, test } from 'vitest'
import type { PortTry } from '@nps-desktop/electron/contract'
import { diagnose, judge, stockAnswer } from './diagnose.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  // A connection that was reset before it was accepted may tell nobody of its end.
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listener(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    serve(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Nobody listens there: it is the near end of a connection, so the system gives it to nobody else meanwhile. */
async function closedPort(): Promise<number> {
  const socket = connect(await listener(() => undefined), '127.0.0.1')
  sockets.add(socket)
  await once(socket, 'connect')
  return socket.localPort ?? 0
}

const ask = (bridgePort: number, sshPort: number | null) =>
  diagnose({ name: 'cloud', host: '127.0.0.1', bridgePort, sshPort }, { signal: AbortSignal.timeout(20_000) })

test('a machine that refuses the port runs, but its nps does not: it can be started where there is ssh', async () => {
  const port = await closedPort()
  const ssh = await listener((socket) => socket.end('SSH-2.0-test\r\n'))
  const { failure, tried } = await ask(port, ssh)
  expect(failure).toMatchObject({ code: 'relay-stopped', params: { host: '127.0.0.1', port } })
  expect(failure.fixes).toContainEqual({ action: 'restart-relay' })
  expect(tried.map(({ what, answer }) => [what, answer])).toEqual([
    ['bridge', 'refused'],
    ['ssh', 'accepted'],
  ])
  expect((await ask(port, null)).failure.fixes).not.toContainEqual({ action: 'restart-relay' })
})

test('a stock NPS server is known by its answer', async () => {
  const port = await listener((socket) => {
    let heard = ''
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      if (heard === 'TST\x06\0\0\x000.26.0\0\0\0\0') socket.write(stockAnswer)
    })
  })
  expect((await ask(port, null)).failure).toMatchObject({ code: 'stock-relay', params: { port } })
})

test('our own relay, which answers stock clients in the same words, is not taken for a stock server when it is slow', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-diagnose-'))
  const relay = new Relay({
    config: loopbackRelay,
    folder,
    tunnelHost: '127.0.0.1',
    writeLog: () => undefined,
  })
  const { bridgePort } = await relay.start()
  const { failure } = await ask(bridgePort, null)
  await relay.close()
  await rm(folder, { recursive: true })
  expect(failure).toMatchObject({ code: 'relay-slow', params: { server: 'cloud', port: bridgePort } })
})

test('another program is named by its first words, and one that says nothing is told as that', async () => {
  const web = await listener((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n')),
  )
  expect((await ask(web, null)).failure).toMatchObject({
    code: 'not-a-relay',
    params: { seen: 'HTTP/1.1 400 Bad Request Server: nginx' },
  })
  const rude = await listener((socket) => socket.destroy())
  expect((await ask(rude, null)).failure).toMatchObject({ code: 'not-a-relay', params: { port: rude } })
})

test('a relay that ends between two looks is one that has stopped, not another program', async () => {
  const port = await listener((socket) => socket.destroy())
  servers[0]?.once('connection', () => servers[0]?.close())
  expect((await ask(port, null)).failure).toMatchObject({ code: 'relay-stopped', params: { port } })
})

test('silence on one port with ssh answering is a firewall; silence everywhere is the server', () => {
  const silent: PortTry = { what: 'bridge', port: 8024, answer: 'silent', ms: 5_000 }
  const ssh = (answer: PortTry['answer']): PortTry => ({ what: 'ssh', port: 22, answer, ms: 1 })
  const of = (one: PortTry | null) =>
    judge({ server: 'cloud', host: 'h', bridge: silent, ssh: one, seen: null }).code
  expect(of(ssh('accepted'))).toBe('bridge-blocked')
  expect(of(ssh('silent'))).toBe('server-silent')
  expect(of(null)).toBe('server-silent')
})

test('where the provider is known, its page with the machines is the first thing to do about a silent server', () => {
  const bridge: PortTry = { what: 'bridge', port: 8024, answer: 'silent', ms: 5_000 }
  const fixes = (machines: { url: string; label: string } | null) =>
    judge({ server: 'cloud', host: 'h', bridge, ssh: null, seen: null, machines }).fixes
  const page = { url: 'https://console.cloud.tencent.com/cvm/instance', label: 'tencent' }
  expect(fixes(page)).toEqual([{ action: 'open-url', ...page }, { action: 'retry' }])
  expect(fixes(null)).toEqual([{ action: 'retry' }])
})
