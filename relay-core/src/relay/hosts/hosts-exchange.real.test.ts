import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as openRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { hear, HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

describe('what a target is asked, and answers', () => {
  test('fields and bodies as they came, the connection’s own left out', async () => {
    await lab.add({ name: 'plain.test', target: await lab.mirror() })
    const { body } = await lab.visit('plain.test', '/p?q=1', {
      method: 'PUT',
      headers: { 'X-Two': 'b', TE: 'trailers', 'X-Forwarded-For': '10.9.9.9' },
      body: 'hello',
    })
    const asked = JSON.parse(body) as { rawHeaders: string[] }
    expect(asked).toMatchObject({ method: 'PUT', url: '/p?q=1', body: 'hello' })
    expect(asked.rawHeaders).toEqual([
      'Host',
      'plain.test',
      'X-Two',
      'b',
      'X-Forwarded-For',
      '10.9.9.9',
      'Content-Length',
      '5',
      'Connection',
      'close',
    ])
  })

  test('Host and header rewriting, values with colons too, and the visitor’s address', async () => {
    await lab.configure({ addOrigin: true })
    await lab.add({
      name: 'changed.test',
      target: await lab.mirror(),
      hostHeader: 'localhost:8888',
      setHeaders: { 'X-Time': '12:34:56' },
    })
    const { body } = await lab.visit('changed.test', '/', { headers: { 'x-time': 'mine' } })
    await lab.configure({ addOrigin: false })
    expect((JSON.parse(body) as { rawHeaders: string[] }).rawHeaders).toEqual([
      'Host',
      'localhost:8888',
      'X-Forwarded-For',
      '127.0.0.1',
      'X-Real-IP',
      '127.0.0.1',
      'X-Forwarded-Proto',
      'http',
      'X-Time',
      '12:34:56',
      'Connection',
      'close',
    ])
  })

  test('HEAD, 204, 304, several cookies, and an answer whose end is the end of its connection', async () => {
    const target = await lab.site((request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else if (request.url === '/304') response.writeHead(304, { ETag: '"x"' }).end()
      else if (request.url === '/raw') {
        response.socket?.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end')
      } else {
        response.setHeader('Set-Cookie', ['a=1', 'b=2'])
        response.setHeader('Content-Length', 7)
        response.end(request.method === 'HEAD' ? undefined : 'content')
      }
    })
    await lab.add({ name: 'kinds.test', target })
    const head = await lab.visit('kinds.test', '/', { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '7', ''])
    expect((await lab.visit('kinds.test')).headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect((await lab.visit('kinds.test', '/204')).status).toBe(204)
    expect((await lab.visit('kinds.test', '/304')).headers.etag).toBe('"x"')
    expect((await lab.visit('kinds.test', '/raw')).body).toBe('until the end')
  })

  test('HTTP/1.0 without Host, from a visitor that has ended its half', async () => {
    const { id } = await lab.add({
      name: '*',
      target: await lab.site((_request, response) => void setTimeout(() => response.end('late'), 50)),
    })
    const socket = await lab.connect()
    socket.end('GET / HTTP/1.0\r\n\r\n')
    expect(await hear(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nlate$/)
    await lab.api.tunnels.remove({ id })
  })

  test('30 MB each way at once, chunked, byte for byte; counted exactly', async () => {
    const target = await lab.site((request, response) => {
      const hash = createHash('sha256')
      request.on('data', (chunk: Buffer) => hash.update(chunk))
      request.pipe(response)
      request.on('end', () => (response.statusMessage = hash.digest('hex')))
    })
    const tunnel = await lab.add({ name: 'big.test', target })
    const sent = randomBytes(30_000_000)
    const request = openRequest({
      host: '127.0.0.1',
      port: lab.httpPort,
      method: 'POST',
      path: '/',
      headers: { Host: 'big.test', Connection: 'close' },
    })
    const chunks: Buffer[] = []
    const received = new Promise<Buffer>((resolve, reject) => {
      request.on('error', reject).on('response', (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => resolve(Buffer.concat(chunks)))
      })
    })
    for (let at = 0; at < sent.length; at += 65_536) {
      if (!request.write(sent.subarray(at, at + 65_536))) await once(request, 'drain')
    }
    request.end()
    expect((await received).equals(sent)).toBe(true)
    const [counted] = (await lab.api.tunnels.list({})).filter(({ id }) => id === tunnel.id)
    expect(counted?.upBytes).toBeGreaterThan(sent.length)
    expect(counted?.upBytes).toBeLessThan(sent.length * 1.02)
    expect(counted?.downBytes).toBeGreaterThan(sent.length)
  })

  test('100-continue is the target’s to say', async () => {
    const target = await lab.site(
      (request, response) => request.pipe(response),
      (server) =>
        server.on('checkContinue', (request, response) => {
          if (request.url === '/no') response.writeHead(413).end('too large')
          else {
            response.writeContinue()
            request.pipe(response)
          }
        }),
    )
    await lab.add({ name: 'expect.test', target })
    const ask = async (path: string) => {
      const socket = await lab.connect()
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: expect.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n`,
      )
      const [first] = (await once(socket, 'data')) as [Buffer]
      if (first.toString().startsWith('HTTP/1.1 100')) socket.write('hello')
      return first.toString() + (await hear(socket))
    }
    expect(await ask('/yes')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*hello/)
    expect(await ask('/no')).toMatch(/^HTTP\/1\.1 413 [^]*too large/)
  })

  test('an answer that is broken off is broken off for the visitor too', async () => {
    const target = await lab.site((_request, response) => {
      response.write('begun')
      setTimeout(() => response.socket?.resetAndDestroy(), 30)
    })
    await lab.add({ name: 'broken.test', target })
    await expect(lab.visit('broken.test')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })

  test('R11: what a stock cache kept is asked anew each time', async () => {
    let visits = 0
    await lab.add({
      name: 'fresh.test',
      target: await lab.site((_request, response) => response.end(String(++visits))),
    })
    expect([
      (await lab.visit('fresh.test', '/a.js')).body,
      (await lab.visit('fresh.test', '/a.js')).body,
    ]).toEqual(['1', '2'])
  })

  test('targets in turn', async () => {
    const targets = await Promise.all([lab.mirror('one'), lab.mirror('two')])
    await lab.add({ name: 'turns.test', target: targets.join(',') })
    const names = []
    for (let visit = 0; visit < 4; visit++) names.push((await lab.visit('turns.test')).headers['x-answer'])
    expect(names).toEqual(['one', 'two', 'one', 'two'])
  })
})

describe('R6: upgrades', () => {
  let target: string
  beforeAll(async () => {
    target = await lab.site(
      (_request, response) => response.writeHead(426).end('upgrade, please'),
      (server) => {
        const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true })
        server.on('upgrade', (request, socket, head) => {
          if (request.url === '/no') socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
          else if (request.headers.upgrade === 'other') {
            socket.write(
              'HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nfirst ',
            )
            socket.on('error', () => undefined).pipe(socket)
          } else {
            sockets.handleUpgrade(request, socket, head, (ws) =>
              ws.on('message', (data: Buffer, binary) => ws.send(data, { binary })),
            )
          }
        })
      },
    )
    await lab.add({ name: 'ws.test', target })
  })
  const open = (path = '/') =>
    new WebSocket(`ws://127.0.0.1:${lab.httpPort}${path}`, { headers: { Host: 'ws.test' } })

  test('R6, W1: a WebSocket passes, with large messages both ways, and a stop ends it', async () => {
    const socket = open()
    await once(socket, 'open')
    const sent = randomBytes(3_000_000)
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
    socket.send(sent)
    expect(((await once(socket, 'message'))[0] as Buffer).equals(sent)).toBe(true)
    const tunnel = (await lab.api.tunnels.list({})).find(({ settings }) => settings.host?.name === 'ws.test')
    expect(tunnel?.connections).toBe(1)
    const closed = once(socket, 'close')
    await lab.api.tunnels.stop({ id: tunnel?.id ?? 0 })
    expect((await closed)[0]).toBe(1006)
    expect((await lab.visit('ws.test')).status).toBe(404)
    await lab.api.tunnels.start({ id: tunnel?.id ?? 0 })
  })

  test('a refusal of the target reaches the visitor, and an ordinary request is no upgrade', async () => {
    const refused = open('/no')
    refused.on('error', () => undefined)
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(403)
    refused.terminate()
    expect((await lab.visit('ws.test')).status).toBe(426)
  })

  test('any other protocol passes with its first bytes; h2c does not', async () => {
    const socket = await lab.connect()
    socket.write('GET / HTTP/1.1\r\nHost: ws.test\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nearly ')
    const heard = hear(socket)
    socket.end('late')
    expect(await heard).toMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\nfirst early late$/)
    expect(
      await lab.raw('GET / HTTP/1.1\r\nHost: ws.test\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 426/)
  })
})
