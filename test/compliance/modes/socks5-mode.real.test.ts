import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readExactly } from '../../../relay-core/src/net/stream/read-exactly.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import type { TunnelSettings } from '../../../relay-core/src/api/tunnel-settings.ts'
import {
  decodeSocksDatagram,
  encodeSocksDatagram,
} from '../../../relay-core/src/net/stream/socks-datagram.ts'
import { DatagramTargets } from '../../harness/peers/datagram-targets.ts'
import { SessionPair } from './session-pair.ts'
import { refused, SocksClient, socksCommands } from '../../harness/peers/socks-client.ts'
import { ending, Targets } from '../../harness/peers/loopback-targets.ts'

const run = promisify(execFile)
const deniedPort = 9
const { connect, bind, associate } = socksCommands
const user = { name: 'ada', password: 'a long enough password' }

function socks5Mode(protocol: 'native' | 'stock'): void {
  let pair: SessionPair
  let tunnels: OpenTunnels
  let lastId = 0
  const clients: SocksClient[] = []
  const targets = new Targets()
  const datagrams = new DatagramTargets()

  beforeAll(async () => {
    pair = await SessionPair.start(protocol, { dialPolicy: ({ port }) => port !== deniedPort })
    tunnels = new OpenTunnels({ agents: pair.agents, log: pair.log })
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  afterAll(async () => {
    await tunnels.closeAll()
    datagrams.close()
    await targets.close()
    await pair.close()
  })

  async function open(
    settings: TunnelSettings = {},
  ): Promise<{ id: number; port: number; client: SocksClient }> {
    lastId += 1
    const id = lastId
    await tunnels.open({ id, clientId: 1, mode: 'socks5', port: 0, target: '', settings })
    const port = tunnels.port(id) ?? 0
    const client = new SocksClient(port)
    clients.push(client)
    return { id, port, client }
  }

  const codeFor = async (client: SocksClient, host: string, port: number) =>
    (await client.ask(connect, { name: host, port })).reply

  it('reaches a target by address and by name, and says so only then', async () => {
    const { client, id } = await open()
    const echo = await targets.echo()
    for (const address of [
      { host: '127.0.0.1', port: echo },
      { name: 'localhost', port: echo },
      { name: '127.0.0.1', port: echo },
    ]) {
      const { socket, reply } = await client.ask(connect, address)
      expect(reply).toBe(0)
      socket.write('hello')
      expect(String(await readExactly(socket, 5, { signal: AbortSignal.timeout(5_000) }))).toBe('hello')
      socket.destroy()
    }
    expect(tunnels.counters(id)).toMatchObject({ downBytes: 15, upBytes: 15 })
  })

  it('leads over IPv6, from an address to an address', async () => {
    const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '::1')
    await once(echo, 'listening')
    const { client } = await open({ listenIp: '::1' })
    const address = { host: '::1', port: (echo.address() as AddressInfo).port }
    const { socket, reply } = await client.ask(connect, address, { through: '::1' })
    expect(reply).toBe(0)
    socket.write('six')
    expect(String(await readExactly(socket, 3, { signal: AbortSignal.timeout(5_000) }))).toBe('six')
    const association = await client.ask(associate, { host: '::', port: 0 }, { through: '::1' })
    expect(association.reply).toBe(0)
    const visitor = await datagrams.bind('udp6')
    const port = await datagrams.echo('udp6')
    visitor.send(
      encodeSocksDatagram({ host: '::1', port, data: Buffer.from('six') }),
      association.bound.port,
      '::1',
    )
    const [packet] = (await once(visitor, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
    expect(String(decodeSocksDatagram(packet)?.data)).toBe('six')
    socket.destroy()
    echo.close()
  })

  it('says what became of the target', async () => {
    const { client } = await open()
    expect(await codeFor(client, '127.0.0.1', await targets.closedPort())).toBe(5)
    // A stock agent says that it failed, and not why.
    expect(await codeFor(client, '127.0.0.1', deniedPort)).toBe(protocol === 'native' ? 2 : 5)
    expect((await client.ask(bind, { host: '127.0.0.1', port: 1 })).reply).toBe(7)
    expect(await codeFor(client, 'two words', 80)).toBe(4)
  })

  it('lets in who knows the password, and nobody else', async () => {
    const { client } = await open({ users: [user] })
    const address = { host: '127.0.0.1', port: await targets.echo() }
    expect((await client.ask(connect, address)).reply).toBe(refused)
    expect((await client.ask(connect, address, { user })).reply).toBe(0)
    for (const wrong of [
      { name: 'ada', password: 'another password' },
      { name: 'ada', password: '' },
      { name: '', password: user.password },
      { name: '', password: '' },
    ]) {
      const { socket, reply } = await client.ask(connect, address, { user: wrong })
      expect(reply).toBe(refused)
      expect(await ending(socket)).toBe('end')
    }
  })

  it('takes a request in single bytes, and payload right behind it', async () => {
    const { client } = await open()
    const echo = await targets.echo()
    const socket = await client.connect()
    const request = Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, echo >> 8, echo & 255])
    for (const byte of Buffer.concat([request, Buffer.from('early')])) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const signal = AbortSignal.timeout(5_000)
    expect((await readExactly(socket, 2 + 10 + 5, { signal })).subarray(-5).toString()).toBe('early')
  })

  it('ends with its tunnel', async () => {
    const { client, id } = await open()
    const { socket } = await client.ask(connect, { host: '127.0.0.1', port: await targets.echo() })
    const end = ending(socket)
    await tunnels.close(id)
    expect(await end).toBe('ECONNRESET')
  })

  it('hangs up on what is not SOCKS5', async () => {
    const { client } = await open()
    for (const words of ['GET / HTTP/1.1\r\n\r\n', '\x04\x01']) {
      const socket = await client.connect()
      socket.write(words)
      expect(['end', 'ECONNRESET']).toContain(await ending(socket))
    }
  })

  it('carries datagrams for as long as the connection lasts, and for this visitor alone', async () => {
    const { client, id } = await open()
    const four = await datagrams.echo()
    const six = await datagrams.echo('udp6')
    const { socket, reply, bound } = await client.ask(associate, { host: '0.0.0.0', port: 0 })
    expect(reply).toBe(0)
    expect(bound.host).toBe('127.0.0.1')
    const visitor = await datagrams.bind()
    const sizes = protocol === 'native' ? [1, 1_400, 60_000] : [1, 1_400]
    for (const [host, port] of [
      ['127.0.0.1', four],
      ['::1', six],
    ] as const) {
      for (const size of sizes) {
        const data = Buffer.alloc(size, 'dns?')
        visitor.send(encodeSocksDatagram({ host, port, data }), bound.port, bound.host)
        const [packet] = (await once(visitor, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
        const datagram = decodeSocksDatagram(packet)
        expect(datagram?.port).toBe(port)
        expect(datagram?.data.equals(data)).toBe(true)
      }
    }
    const total = 2 * sizes.reduce((sum, size) => sum + size, 0)
    expect(tunnels.counters(id)).toEqual({ upBytes: total, downBytes: total, connections: 1 })

    // Another port of the same address, and fragments, are not heard.
    const stranger = await datagrams.bind()
    const packet = encodeSocksDatagram({ host: '127.0.0.1', port: four, data: Buffer.from('x') })
    stranger.send(packet, bound.port, bound.host)
    packet[2] = 1
    visitor.send(packet, bound.port, bound.host)
    visitor.send(
      encodeSocksDatagram({ host: '127.0.0.1', port: four, data: Buffer.from('last') }),
      bound.port,
      bound.host,
    )
    await once(visitor, 'message', { signal: AbortSignal.timeout(5_000) })
    expect(tunnels.counters(id).upBytes).toBe(total + 4)

    socket.destroy()
    await expect.poll(() => tunnels.counters(id).connections, { timeout: 5_000, interval: 20 }).toBe(0)
  })

  it('ends its associations when it is stopped', async () => {
    const { client, id } = await open()
    const { socket } = await client.ask(associate, { host: '0.0.0.0', port: 0 })
    const end = ending(socket)
    await tunnels.close(id)
    expect(await end).toBe('ECONNRESET')
  })

  it('serves curl', async () => {
    const page = await targets.listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'))
    })
    const { port } = await open({ users: [user] })
    const proxy = `127.0.0.1:${port}`
    const { stdout } = await run('curl', [
      '-sS',
      '--socks5-hostname',
      proxy,
      '--proxy-user',
      `${user.name}:${user.password}`,
      `http://localhost:${page}/`,
    ])
    expect(stdout).toBe('hello')
    const wrong = await run('curl', [
      '-sS',
      '--socks5-hostname',
      proxy,
      '--proxy-user',
      'ada:no',
      `http://localhost:${page}/`,
    ]).catch((error: { code: number }) => error)
    expect('code' in wrong && wrong.code).toBe(97)
  })
}

describe('socks5 tunnels over the native protocol', () => {
  socks5Mode('native')

  // How long a resolver thinks is nobody's promise, so with a stock agent this may be told late.
  it('say that a name is unknown', async () => {
    const pair = await SessionPair.start('native')
    const tunnels = new OpenTunnels({ agents: pair.agents, host: '127.0.0.1', log: pair.log })
    await tunnels.open({ id: 1, clientId: 1, mode: 'socks5', port: 0, target: '' })
    const client = new SocksClient(tunnels.port(1) ?? 0)
    expect((await client.ask(connect, { name: 'no-such-machine.invalid', port: 80 })).reply).toBe(4)
    client.close()
    await tunnels.closeAll()
    await pair.close()
  })

  it('hang up, as HTTP proxies do, on whoever has said nothing within ten seconds', async () => {
    const pair = await SessionPair.start('native')
    const tunnels = new OpenTunnels({ agents: pair.agents, host: '127.0.0.1', log: pair.log })
    const targets = new Targets()
    const modes = ['socks5', 'httpProxy'] as const
    const ends = await Promise.all(
      modes.map(async (mode, at) => {
        await tunnels.open({ id: at, clientId: 1, mode, port: 0, target: '' })
        const socket = await targets.visit(tunnels.port(at) ?? 0)
        socket.write(mode === 'socks5' ? Buffer.of(5) : 'GET http://')
        const startedAtMs = performance.now()
        const how = await ending(socket)
        return { how, afterMs: performance.now() - startedAtMs }
      }),
    )
    for (const { how, afterMs } of ends) {
      expect(['end', 'ECONNRESET']).toContain(how)
      expect(afterMs).toBeGreaterThan(9_000)
      expect(afterMs).toBeLessThan(14_000)
    }
    await targets.close()
    await tunnels.closeAll()
    await pair.close()
  })
})
describe('socks5 tunnels over the stock protocol', () => {
  socks5Mode('stock')
})
