import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { hostname } from 'node:os'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newInstance } from '../../../relay-core/src/agent/open-native.ts'
import type { TunnelMode } from '../../../relay-core/src/api/tunnel-modes.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { NativeAgentLink } from '../../../relay-core/src/native/native-agent-link.ts'
import { createIdentity } from '../../../relay-core/src/net/tls/identity.ts'
import { stockVisitor } from '../../../relay-core/src/relay/tunnels/private/admitted-visitor.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { md5Hex } from '../../../relay-core/src/stock/messages/handshake.ts'
import { PrivateVisitor } from '../../../relay-core/src/visitor/index.ts'
import { testVkey } from '../native/native-pair.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { SocksClient, socksCommands } from '../../harness/peers/socks-client.ts'
import { SessionPair } from './session-pair.ts'
import { tapped } from './tapped-stream.ts'

const run = promisify(execFile)
const deniedPort = 9
const { connect, bind, associate } = socksCommands
const targets = new Targets()
const visitors: PrivateVisitor[] = []
let site: Server
let sitePort = 0

beforeAll(async () => {
  site = createServer((request, answer) =>
    answer.end(`${request.method} ${request.url} for ${request.headers.host}`),
  )
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  sitePort = (site.address() as AddressInfo).port
})
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.close()))
})
afterAll(async () => {
  site.closeAllConnections()
  await new Promise((resolve) => site.close(resolve))
  await targets.close()
})

function openTunnels({ agents, privateTunnels, log }: SessionPair): OpenTunnels {
  return new OpenTunnels({ agents, privateTunnels, log })
}

/** A port of this machine that leads into the tunnel, and the failures of its connections. */
async function visitedPort(pair: SessionPair, tunnels: OpenTunnels, mode: TunnelMode, id: number) {
  const password = `a password of 32 characters, ${id}`
  await tunnels.open({ id, clientId: 1, mode, port: null, target: '', settings: { password } })
  const failures: { code: string; message: string }[] = []
  const visitor = new PrivateVisitor({
    server: pair.server,
    password: new Secret(password),
    onFailure: (error) => failures.push(error as { code: string; message: string }),
    log: pair.log,
  })
  visitors.push(visitor)
  return { ...(await visitor.listen()), failures }
}

describe('a private proxy', () => {
  let pair: SessionPair
  let tunnels: OpenTunnels
  let seen: Buffer[] = []

  beforeAll(async () => {
    pair = await SessionPair.start('native', { dialPolicy: ({ port }) => port !== deniedPort })
    tunnels = openTunnels(pair)
    const { session } = pair
    const openPrivate = session.openPrivate.bind(session)
    session.openPrivate = async (options) => tapped(await openPrivate(options), (chunk) => seen.push(chunk))
  })
  afterAll(async () => {
    await tunnels.closeAll()
    await pair.close()
  })

  it('by SOCKS5 reaches what the visitor names, by a name that the lab box looks up', async () => {
    const { port } = await visitedPort(pair, tunnels, 'privateSocks5', 1)
    seen = []
    const args = ['-sS', '--socks5-hostname', `127.0.0.1:${port}`, `http://localhost:${sitePort}/a`]
    expect((await run('curl', args)).stdout).toBe(`GET /a for localhost:${sitePort}`)
    const all = Buffer.concat(seen)
    expect(all.length).toBeGreaterThan(500)
    // Neither what is asked for nor what is answered is for the relay to read.
    expect(all.includes('localhost')).toBe(false)
  })

  it('by SOCKS5 says why a target is not reached, and offers nothing else', async () => {
    const { port, failures } = await visitedPort(pair, tunnels, 'privateSocks5', 2)
    const client = new SocksClient(port)
    const code = async (command: number, to: number) =>
      (await client.ask(command, { name: '127.0.0.1', port: to })).reply
    expect(await code(connect, deniedPort)).toBe(2)
    expect(await code(connect, await targets.closedPort())).toBe(5)
    expect(await code(associate, 53)).toBe(7)
    expect(await code(bind, 80)).toBe(7)
    client.close()
    expect(failures).toEqual([])
  })

  it('lets each side end its half', async () => {
    const service = await targets.listen((socket) => {
      void readAll(socket).then((request) => socket.end(`answer to ${request.toString()}`))
    })
    const { port } = await visitedPort(pair, tunnels, 'privateSocks5', 3)
    const client = new SocksClient(port)
    const { socket, reply } = await client.ask(connect, { host: '127.0.0.1', port: service })
    expect(reply).toBe(0)
    socket.end('question')
    expect((await readAll(socket)).toString()).toBe('answer to question')
    client.close()
  })

  it('by HTTP passes requests and CONNECT on, whatever host they name', async () => {
    const { port } = await visitedPort(pair, tunnels, 'privateHttpProxy', 4)
    const proxy = ['-sS', '-x', `http://127.0.0.1:${port}`]
    const plain = await run('curl', [
      ...proxy,
      `http://localhost:${sitePort}/b`,
      '-H',
      'Host: lab.example.com',
    ])
    expect(plain.stdout).toBe(`GET /b for localhost:${sitePort}`)
    const tunnelled = await run('curl', [...proxy, '-p', `http://localhost:${sitePort}/c`])
    expect(tunnelled.stdout).toBe(`GET /c for localhost:${sitePort}`)
  })

  it('by HTTP refuses what the lab box does not allow', async () => {
    const { port } = await visitedPort(pair, tunnels, 'privateHttpProxy', 5)
    const proxy = [
      '-sS',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{http_connect}',
      '-x',
      `http://127.0.0.1:${port}`,
    ]
    expect((await run('curl', [...proxy, `http://127.0.0.1:${deniedPort}/`])).stdout).toBe('403 000')
    await expect(run('curl', [...proxy, '-p', `http://127.0.0.1:${deniedPort}/`])).rejects.toMatchObject({
      stdout: '000 403',
    })
  })

  it('does nothing for a page that has a browser visit its port', async () => {
    const { port } = await visitedPort(pair, tunnels, 'privateHttpProxy', 6)
    // A page chooses path, some fields and the body of what its browser sends to this address, and can send no more.
    const inner = `GET http://127.0.0.1:${sitePort}/ HTTP/1.1\r\nHost: x\r\n\r\n`
    for (const head of [
      'GET / HTTP/1.1\r\nHost: 127.0.0.1',
      'POST /http://a/ HTTP/1.1\r\nHost: evil.example.com',
    ]) {
      const socket = await targets.visit(port)
      socket.write(`${head}\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`)
      const answer = String(await readAll(socket))
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    }
    const socks = await visitedPort(pair, tunnels, 'privateSocks5', 7)
    const socket = await targets.visit(socks.port)
    socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\n\u0005\u0001\0`)
    expect(await ending(socket)).toBe('end')
  })

  it('is asked by the relay whether it is there, and reaches nothing for that', async () => {
    await visitedPort(pair, tunnels, 'privateSocks5', 8)
    const { hops } = await tunnels.probe(8, { signal: AbortSignal.timeout(5_000) })
    expect(hops.map(({ hop, state }) => `${hop} ${state}`)).toEqual(['port ok', 'agent ok', 'target ok'])
  })

  it('is no way in for a visitor of stock NPS, who would be asked for a target by nobody', async () => {
    await visitedPort(pair, tunnels, 'privateSocks5', 9)
    const here = await targets.visit(await targets.echo())
    const found = pair.privateTunnels.findByMd5(md5Hex('a password of 32 characters, 9'))
    await found?.serve(stockVisitor(here, { address: '127.0.0.1', port: 1 }))
    expect(here.destroyed).toBe(true)
    expect(pair.lines).toContain('No stock NPS visits a proxy')
  })
})

describe('an agent of before private proxies', () => {
  let pair: SessionPair
  let tunnels: OpenTunnels

  beforeAll(async () => {
    pair = await SessionPair.start('native', {
      agent: async (port) => {
        const link = await NativeAgentLink.open({
          host: '127.0.0.1',
          port,
          proxy: undefined,
          vkey: testVkey,
          hostname: hostname(),
          checkFingerprint: () => undefined,
          ownFingerprint: createIdentity().fingerprint,
          instance: newInstance(),
          origin: undefined,
          // It knows the kinds of stream of its own time only, and answers any other as every version has.
          serve: {},
          packs: false,
          log: silentLog,
          signal: AbortSignal.timeout(10_000),
        })
        return {
          kill: () => {
            link.close()
            return link.closed
          },
        }
      },
    })
    tunnels = openTunnels(pair)
  })
  afterAll(async () => {
    await tunnels.closeAll()
    await pair.close()
  })

  it('is said to be too old, to the visitor and in the check, and dials nothing', async () => {
    for (const [id, mode] of [
      [1, 'privateSocks5'],
      [2, 'privateHttpProxy'],
    ] as const) {
      const { port, failures } = await visitedPort(pair, tunnels, mode, id)
      const socket = await targets.visit(port)
      await ending(socket)
      expect(failures).toMatchObject([
        { code: 'agent-outdated', message: expect.stringMatching(/Update npc/) },
      ])
      const { hops } = await tunnels.probe(id, { signal: AbortSignal.timeout(5_000) })
      expect(hops[1]).toMatchObject({ hop: 'agent', state: 'failed', failure: { code: 'agent-outdated' } })
    }
  })
})
