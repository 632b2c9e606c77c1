import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TunnelSettings } from '../../../relay-core/src/api/tunnel-settings.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import { SessionPair } from './session-pair.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'

const run = promisify(execFile)
const user = { name: 'ada', password: 'a long enough password' }
const deniedPort = 9

function httpProxyMode(protocol: 'native' | 'stock'): void {
  let pair: SessionPair
  let tunnels: OpenTunnels
  let lastId = 0
  const targets = new Targets()
  const servers: Server[] = []

  beforeAll(async () => {
    pair = await SessionPair.start(protocol, { dialPolicy: ({ port }) => port !== deniedPort })
    tunnels = new OpenTunnels({ agents: pair.agents, log: pair.log })
  })
  afterAll(async () => {
    await tunnels.closeAll()
    await targets.close()
    for (const server of servers) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    await pair.close()
  })

  async function site(onRequest: RequestListener): Promise<number> {
    const server = createServer(onRequest)
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  async function open(settings: TunnelSettings = {}): Promise<{ id: number; port: number }> {
    lastId += 1
    const id = lastId
    await tunnels.open({ id, clientId: 1, mode: 'httpProxy', port: 0, target: '', settings })
    return { id, port: tunnels.port(id) ?? 0 }
  }

  /** What comes after these words, until the proxy hangs up. */
  async function say(port: number, words: string): Promise<string> {
    const socket = await targets.visit(port)
    socket.write(words)
    return String(await readAll(socket))
  }

  async function connected(port: number, authority: string): Promise<{ socket: Socket; head: string }> {
    const socket = await targets.visit(port)
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    const [head] = (await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
    return { socket, head: String(head) }
  }

  it('joins a CONNECT with its target, both ways and to the byte', async () => {
    const { id, port } = await open()
    const { socket, head } = await connected(port, `127.0.0.1:${await targets.echo()}`)
    expect(head).toBe('HTTP/1.1 200 Connection established\r\n\r\n')
    const sent = Buffer.alloc(3_000_000, 'epoch 7 ')
    const parts: Buffer[] = []
    const whole = new Promise<void>((resolve) => {
      socket.on('data', (part) => {
        parts.push(part)
        if (parts.reduce((sum, { length }) => sum + length, 0) === sent.length) resolve()
      })
    })
    socket.write(sent)
    await whole
    expect(Buffer.concat(parts).equals(sent)).toBe(true)
    expect(tunnels.counters(id)).toEqual({ downBytes: sent.length, upBytes: sent.length, connections: 1 })
    socket.destroy()
  })

  it('passes on what a visitor sends behind its CONNECT without waiting', async () => {
    const { port } = await open()
    const target = await targets.listen((socket) => {
      socket.once('data', (first) => socket.end(`got ${String(first)}`))
    })
    const answer = await say(port, `CONNECT 127.0.0.1:${target} HTTP/1.1\r\n\r\nearly`)
    expect(answer).toBe('HTTP/1.1 200 Connection established\r\n\r\ngot early')
  })

  it('joins a CONNECT with its target that comes with all that the visitor has to say, and its end', async () => {
    const { id, port } = await open()
    const heard = Promise.withResolvers<string>()
    const service = await targets.listen((socket) => {
      void readAll(socket).then((question) => {
        heard.resolve(String(question))
        socket.end('answer')
      })
    })
    const socket = await targets.visit(port)
    socket.end(`CONNECT 127.0.0.1:${service} HTTP/1.1\r\n\r\nquestion`)
    socket.resume()
    expect(await heard.promise).toBe('question')
    expect(tunnels.counters(id).upBytes).toBe(8)
    socket.destroy()
  })

  it('says in one line why a target was not reached', async () => {
    const { port } = await open()
    const refusedPort = await targets.closedPort()
    const refused = await say(port, `CONNECT 127.0.0.1:${refusedPort} HTTP/1.1\r\n\r\n`)
    expect(refused).toMatch(/^HTTP\/1\.1 502 /)
    expect(refused).toContain(`127.0.0.1:${refusedPort}`)
    const status = async (target: string) => (await say(port, target)).split(' ')[1]
    expect(await status(`CONNECT 127.0.0.1:${deniedPort} HTTP/1.1\r\n\r\n`)).toBe(
      protocol === 'native' ? '403' : '502',
    )
    expect(await status('CONNECT nonsense HTTP/1.1\r\n\r\n')).toBe('400')
    expect(await status(`GET / HTTP/1.1\r\nConnection: close\r\n\r\n`)).toBe('400')
    expect(await status('not HTTP at all\r\n\r\n')).toBe('400')
    expect(await status(`GET http://127.0.0.1:${refusedPort}/ HTTP/1.0\r\n\r\n`)).toBe('502')
  })

  it('asks several targets on one connection, without what is the proxy’s', async () => {
    const { port } = await open({ users: [user] })
    const echo: RequestListener = (asked, answer) => {
      void text(asked).then((body) => {
        answer.setHeader('X-Answer', 'kept')
        answer.end(JSON.stringify({ url: asked.url, method: asked.method, headers: asked.headers, body }))
      })
    }
    const sites = [await site(echo), await site(echo)]
    const token = Buffer.from(`${user.name}:${user.password}`).toString('base64')
    const visitor = await targets.visit(port)
    const answers: { port: number; answer: IncomingMessage; body: string }[] = []
    const sent = 'x'.repeat(100_000)
    for (const sitePort of sites) {
      const asking = request({
        createConnection: () => visitor,
        method: 'POST',
        path: `http://localhost:${sitePort}/a?b=c`,
        headers: {
          Host: 'another.example',
          'Proxy-Authorization': `Basic ${token}`,
          'Proxy-Connection': 'keep-alive',
          Connection: 'keep-alive, X-Hop',
          'X-Hop': 'gone',
          'X-Mine': 'kept',
        },
      })
      asking.end(sent)
      const [answer] = (await once(asking, 'response')) as [IncomingMessage]
      answers.push({ port: sitePort, answer, body: await text(answer) })
    }
    for (const { port: sitePort, answer, body } of answers) {
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['x-answer']).toBe('kept')
      const seen = JSON.parse(body) as { url: string; headers: Record<string, string>; body: string }
      expect(seen.url).toBe('/a?b=c')
      expect(seen.headers['host']).toBe(`localhost:${sitePort}`)
      expect(seen.headers['x-mine']).toBe('kept')
      expect(Object.keys(seen.headers)).not.toContain('x-hop')
      expect(Object.keys(seen.headers).filter((name) => name.startsWith('proxy-'))).toEqual([])
      expect(seen.body).toBe(sent)
    }
    visitor.destroy()
  })

  it('passes bytes beyond ASCII as they came, both ways', async () => {
    const { port } = await open()
    const bytes = (words: string) => Buffer.from(words).toString('latin1')
    const fields = `X-Name: ${bytes('报告.pdf')}\r\nX-Latin: caf\u00e9\r\n`
    const heard: Buffer[] = []
    const answered = `HTTP/1.1 200 ${bytes('好')}\r\n${fields}`
    const sitePort = await targets.listen((socket) => {
      socket.on('data', (chunk) => {
        heard.push(chunk)
        if (!Buffer.concat(heard).includes('\r\n\r\n')) return
        socket.end(Buffer.from(`${answered}Content-Length: 0\r\n\r\n`, 'latin1'))
      })
    })
    const visitor = await targets.visit(port)
    const asked = `GET http://127.0.0.1:${sitePort}/${bytes('数据')} HTTP/1.1\r\nHost: x\r\n${fields}Connection: close\r\n\r\n`
    visitor.write(Buffer.from(asked, 'latin1'))
    const got = (await readAll(visitor)).toString('latin1')
    visitor.destroy()
    const seen = Buffer.concat(heard).toString('latin1')
    expect(seen).toContain(`GET /${bytes('数据')} HTTP/1.1\r\n`)
    expect(seen).toContain(fields)
    expect(got).toContain(answered)
  })

  it('lets in who knows the password, and nobody else', async () => {
    const { port } = await open({ users: [user] })
    const target = `127.0.0.1:${await targets.closedPort()}`
    const status = async (words: string) => (await say(port, words)).split('\r\n')
    for (const credentials of [undefined, 'ada:no', 'ada:', ':', ':a long enough password']) {
      const field =
        credentials === undefined
          ? ''
          : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`
      for (const line of [`CONNECT ${target} HTTP/1.1`, `GET http://${target}/ HTTP/1.0`]) {
        const lines = await status(`${line}\r\n${field}\r\n`)
        expect(lines[0]).toBe('HTTP/1.1 407 Proxy Authentication Required')
        expect(lines).toContain('Proxy-Authenticate: Basic realm="nps", charset="UTF-8"')
      }
    }
  })

  it('refuses a head without an end', async () => {
    const { port } = await open()
    const socket = await targets.visit(port)
    socket.write(`GET http://localhost/ HTTP/1.1\r\nX-Long: ${'x'.repeat(64 * 1024)}`)
    const answer = String(await readAll(socket))
    expect(answer.split(' ')[1]).toBe('431')
  })

  it('ends with its tunnel', async () => {
    const { id, port } = await open()
    const { socket } = await connected(port, `127.0.0.1:${await targets.echo()}`)
    const idle = await targets.visit(port)
    await expect.poll(() => tunnels.counters(id).connections).toBe(2)
    const ends = [ending(socket), ending(idle)]
    await tunnels.close(id)
    expect(await Promise.all(ends)).toEqual(['ECONNRESET', 'ECONNRESET'])
  })

  it('serves curl, for plain requests and through CONNECT', async () => {
    const page = await site((asked, answer) => answer.end(`hello ${asked.url}`))
    const { port } = await open({ users: [user] })
    const curl = (...args: string[]) =>
      run('curl', ['-sS', '-x', `http://127.0.0.1:${port}`, ...args, `http://localhost:${page}/page`])
    const proxyUser = ['--proxy-user', `${user.name}:${user.password}`]
    expect((await curl(...proxyUser)).stdout).toBe('hello /page')
    expect((await curl('--proxytunnel', ...proxyUser)).stdout).toBe('hello /page')
    expect((await curl('-o', '/dev/null', '-w', '%{http_code}', '--proxy-user', 'ada:no')).stdout).toBe('407')
  })
}

describe('http proxies over the native protocol', () => {
  httpProxyMode('native')
})
describe('http proxies over the stock protocol', () => {
  httpProxyMode('stock')
})
