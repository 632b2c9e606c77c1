import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../relay-core/src/log/log.ts'
import { Secret } from '../../relay-core/src/secret.ts'
import { PrivateVisitor } from '../../relay-core/src/visitor/index.ts'
import { readAll } from '../harness/peers/loopback-targets.ts'
import { residentBytes } from '../harness/programs/process-facts.ts'
import { SocksClient, socksCommands } from '../harness/peers/socks-client.ts'
import { dribble, flood, keptFor, open, times } from './strangers.ts'
import { Victim } from './victim.ts'

/** As the shipped programs; that the agent's proxies do what they promise is tried on Node, too. */
const runtime = 'Bun'
/** Ten seconds for a program to say what it wants, and some for a busy machine. */
const outputTimeoutMs = 16_000
const mebibyte = 1024 * 1024
/** What streams that survive a cut may keep of what nobody reads (64 MiB), and what is under way in all of them. */
const maxGrowthBytes = 224 * mebibyte
const sampleMs = 50

describe.concurrent('programs of the laptop that abuse a private proxy, before an agent on Bun', () => {
  let victim: Victim
  const visitors: PrivateVisitor[] = []
  const [ports, seen] = [{ socks: 0, http: 0, site: 0, echo: 0, endless: 0, deaf: 0 }, new Array<string>()]

  beforeAll(async () => {
    victim = await Victim.start({ runtime })
    const { targets } = victim
    ports.site = await targets.listen((socket) =>
      socket.once('data', (head) => {
        seen.push(String(head))
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere')
      }),
    )
    const chunk = Buffer.alloc(256 * 1024, 'e')
    ports.endless = await targets.listen((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk));
      }
      socket.on('drain', pour)
      pour()
    })
    ports.echo = await targets.echo()
    ports.deaf = await targets.listen((socket) => socket.pause())
    ports.socks = await visitedPort('privateSocks5')
    ports.http = await visitedPort('privateHttpProxy')
  })
  afterAll(async () => {
    await Promise.all(visitors.map((visitor) => visitor.close()))
    await victim.close()
  })

  /** A port of this machine that leads to such a proxy. */
  async function visitedPort(mode: 'privateSocks5' | 'privateHttpProxy'): Promise<number> {
    const [client] = await victim.api.clients.list({})
    const password = `a password of the private tunnel ${mode}`
    await victim.api.tunnels.add({ clientId: client?.id ?? 0, mode, target: '', settings: { password } })
    const server = `127.0.0.1:${victim.bridgePort}`
    const visitor = new PrivateVisitor({ server, password: new Secret(password), log: silentLog })
    visitors.push(visitor)
    return (await visitor.listen()).port
  }

  /** All that is answered to these words. */
  async function answer(port: number, words: string | Buffer): Promise<Buffer> {
    const socket = await victim.targets.visit(port)
    socket.write(words)
    const all = await readAll(socket)
    socket.destroy()
    return all
  }

  const get = (head: string) => answer(ports.http, `${head}\r\nConnection: close\r\n\r\n`).then(String)

  /** What comes back through the HTTP proxy. */
  async function echoed(): Promise<string> {
    const socket = await victim.targets.visit(ports.http)
    socket.end(`CONNECT 127.0.0.1:${ports.echo} HTTP/1.1\r\n\r\nhello`)
    return String(await readAll(socket)).replace(/^HTTP\/1\.1 200 [^]*\r\n\r\n/, '')
  }

  it('hold nothing past the deadline, fill no memory, and keep nobody out', { timeout: 40_000 }, async () => {
    const greeting = Buffer.concat([Buffer.of(5, 255), Buffer.alloc(255)])
    const head = Buffer.from(`GET http://127.0.0.1:${ports.site}/ HTTP/1.1\r\nx: ${'y'.repeat(999)}`)
    const doors = [
      { port: ports.socks, slow: greeting },
      { port: ports.http, slow: head },
    ]
    const connect = (port: number) => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`
    const before = residentBytes(victim.agent.pid)
    let most = before
    const sampler = setInterval(() => (most = Math.max(most, residentBytes(victim.agent.pid))), sampleMs)
    const unread = times(8, () => open(ports.http).pause())
    try {
      const silent = doors.flatMap(({ port }) => times(30, () => open(port)))
      const slow = doors.map(({ port, slow: words }) => {
        const socket = open(port)
        void dribble(socket, words, 200)
        return socket
      })
      for (const socket of unread) socket.write(connect(ports.endless))
      const sending = times(8, () => {
        const socket = open(ports.http)
        socket.write(connect(ports.deaf))
        return flood(socket, Buffer.alloc(65_536, 'z'), { totalBytes: 64 * mebibyte, forMs: 1_000 }).then(
          () => socket.destroy(),
        )
      })
      const nonsense = doors.flatMap(({ port, slow: words }) =>
        [words, Buffer.from('nonsense\r\n\r\n'), Buffer.of(5, 1, 0, 5, 9, 9, 9), Buffer.of(22, 3, 1)].map(
          async (said) => {
            const socket = open(port)
            socket.write(said)
            await flood(socket, Buffer.alloc(65_536, 'z'), { totalBytes: 8 * mebibyte, forMs: 1_000 })
            socket.destroy()
          },
        ),
      )
      await Promise.all([...sending, ...nonsense])
      // While the silent ones are still there.
      expect(await echoed()).toBe('hello')
      await Promise.all([...silent, ...slow].map((socket) => keptFor(socket, outputTimeoutMs)))
    } finally {
      clearInterval(sampler)
      for (const socket of unread) socket.destroy()
    }
    expect(victim.agent.isRunning).toBe(true)
    expect(victim.agent.output).not.toMatch(/ error /)
    expect(most - before).toBeLessThan(maxGrowthBytes)
    expect(await echoed()).toBe('hello')
  })

  it('hide no request in another one, and choose no field that is the proxy’s', async () => {
    const site = `http://127.0.0.1:${ports.site}`
    seen.length = 0
    const hidden = `GET ${site}/hidden HTTP/1.1\r\n\r\n`
    for (const request of [
      `POST ${site}/ HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `POST ${site}/ HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST ${site}/ HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
      `POST ${site}/ HTTP/1.1\r\nTransfer_Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `GET http://ada:pw@127.0.0.1:${ports.site}/ HTTP/1.1\r\n\r\n${hidden}`,
      `GET ${site}/\nX: HTTP/1.1\r\n\r\n${hidden}`,
      `CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n${hidden}`,
      `CONNECT ${site} HTTP/1.1\r\n\r\n${hidden}`,
    ])
      expect(String(await answer(ports.http, request))).toMatch(/^HTTP\/1\.1 400 (?![^]*HTTP\/1\.1)/)
    const long = `GET ${site}/ HTTP/1.1\r\nx: ${'y'.repeat(65_536)}\r\n\r\n`
    expect(String(await answer(ports.http, long))).toMatch(/^HTTP\/1\.1 431 /)
    expect(seen).toEqual([])
    const fields =
      'Host: other.example\r\nProxy-Authorization: Basic YTpi\r\nUpgrade: websocket\r\nTE: trailers'
    await get(`GET ${site}/ HTTP/1.1\r\n${fields}`)
    expect(seen.map((one) => one.toLowerCase())).toEqual([
      `get / http/1.1\r\nhost: 127.0.0.1:${ports.site}\r\nconnection: close\r\n\r\n`,
    ])
  })

  it('are told by SOCKS5 what cannot be, however they say it', async () => {
    const after = (...request: number[]) => Buffer.of(5, 1, 0, ...request)
    const name = (bytes: Buffer) => [3, bytes.length, ...bytes, 0, 80]
    expect([...(await answer(ports.socks, Buffer.of(5, 0)))]).toEqual([5, 255])
    expect([...(await answer(ports.socks, Buffer.of(5, 2, 1, 2)))]).toEqual([5, 255])
    const replyTo = async (...request: number[]) => (await answer(ports.socks, after(...request)))[3]
    expect(await replyTo(5, 1, 0, ...name(Buffer.alloc(0)))).toBe(8)
    expect(await replyTo(5, 1, 0, ...name(Buffer.from('lab\0.example')))).toBe(4)
    expect(await replyTo(5, 1, 0, ...name(Buffer.alloc(255, 'a')))).toBe(4)
    expect(await replyTo(5, 2, 0, 1, 127, 0, 0, 1, 0, 80)).toBe(7)
    expect(await replyTo(5, 3, 0, 1, 127, 0, 0, 1, 0, 80)).toBe(7)
    const socket = await victim.targets.visit(ports.socks)
    for (const byte of after(5, 1, 0, 1, 127, 0, 0, 1, ports.echo >> 8, ports.echo & 0xff)) {
      socket.write(Buffer.of(byte))
      await delay(1)
    }
    socket.end('hello')
    expect(String((await readAll(socket)).subarray(12))).toBe('hello')
  })

  it('reach no metadata address of a cloud, however it is written', async () => {
    const socks = new SocksClient(ports.socks)
    for (const host of ['169.254.169.254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', 'fd00:ec2::254'])
      expect((await socks.ask(socksCommands.connect, { name: host, port: 80 })).reply).toBe(2)
    socks.close()
    for (const host of ['169.254.169.254', '[::ffff:a9fe:a9fe]', '[0:0:0:0:0:ffff:169.254.169.254]'])
      expect(await get(`GET http://${host}/latest/meta-data/ HTTP/1.1`)).toMatch(/^HTTP\/1\.1 403 /)
  })
})
