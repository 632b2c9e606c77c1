import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as openRequest } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { hear, HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` })
const port = (target: string) => Number(target.split(':')[1])

describe('which site is meant', () => {
  beforeAll(async () => {
    await lab.add({ name: 'a.test', target: await lab.mirror('a') })
    await lab.add({ name: 'a.test', path: '/deep', target: await lab.mirror('deep') })
    await lab.add({ name: '*.wild.test', target: await lab.mirror('wild') })
  })
  const who = async (host: string, path?: string) => {
    const { status, body } = await lab.visit(host, path)
    return status === 200 ? (JSON.parse(body) as { name: string }).name : status
  }

  test('by name, wildcard and the longest path; port, case and the last dot do not matter', async () => {
    expect(
      await Promise.all([
        who('a.test'),
        who('A.Test.:8080'),
        who('a.test', '/deep/x?y'),
        who('a.test', '/d'),
      ]),
    ).toEqual(['a', 'a', 'deep', 'a'])
    expect(
      await Promise.all([who('x.wild.test'), who('x.y.wild.test'), who('wild.test'), who('xwild.test')]),
    ).toEqual(['wild', 'wild', 404, 404])
  })

  test('a name in any script, shown as it was written', async () => {
    const { settings } = await lab.add({ name: '实验室.test', target: await lab.mirror('unicode') })
    expect(settings.host?.name).toBe('实验室.test')
    const typed = Buffer.from('实验室.test').toString('latin1')
    expect([await who('xn--qbtm5249b.test'), await who(typed)]).toEqual(['unicode', 'unicode'])
    await expect(lab.add({ name: 'xn--qbtm5249b.test', target: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'already-exists',
    })
  })

  test('a path that programs read in different ways passes no other tunnel by', async () => {
    await lab.add({ name: 'paths.test', target: await lab.mirror('open') })
    const users = [{ name: 'a', password: 'b' }]
    await lab.add({ name: 'paths.test', path: '/admin', target: await lab.mirror('closed'), users })
    const status = async (path: string) =>
      (await lab.raw(`GET ${path} HTTP/1.1\r\nHost: paths.test\r\nConnection: close\r\n\r\n`)).slice(9, 12)
    for (const path of [
      '/%61dmin/%ff/../x',
      '/x/../admin/y',
      '/admin/../x',
      '/admin%2f..%2fx',
      '/admin/..\\x',
      '//admin/x',
      '/x/..;/admin',
      '/%zz',
    ]) {
      expect([path, await status(path)]).toEqual([path, '400'])
    }
    for (const path of ['/%61dmin/x', '/admin/a//b/../c', '/admin/%ff'])
      expect([path, await status(path)]).toEqual([path, '401'])
    for (const path of ['/x/%D6%D0', '/x//y/../z', '/a%2Fb', '/?x=/../admin'])
      expect([path, await status(path)]).toEqual([path, '200'])
  })

  test('an unknown name gets the page in two languages, and a name taken is refused', async () => {
    const { status, headers, body } = await lab.visit('nobody.test')
    expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(body).toMatch(/这里没有这个网站[^]*There is no such site here/)
    await expect(lab.add({ name: 'A.test', target: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'already-exists',
    })
  })

  test('R14: Host headers with an IPv6 address, and visitors over IPv6', async () => {
    const { id } = await lab.add({ name: '*', target: await lab.mirror('any') })
    expect(await who(`[::1]:${lab.httpPort}`)).toBe('any')
    expect(await who('nobody.test')).toBe('any')
    await lab.configure({ ip: '::1', addOrigin: true })
    const socket = await lab.connect(lab.httpPort, '::1')
    const { body } = await lab.visit('[::1]', '/', { connection: socket })
    expect(body).toContain('"X-Real-IP","::1"')
    await lab.configure({ ip: '127.0.0.1', addOrigin: false })
    await lab.api.tunnels.remove({ id })
  })

  test('two sites on one connection', async () => {
    const heard = await lab.raw(
      'GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\nGET /2 HTTP/1.1\r\nHost: x.wild.test\r\nConnection: close\r\n\r\n',
    )
    expect([...heard.matchAll(/X-Answer: (\w+)/g)].map(([, name]) => name)).toEqual(['a', 'wild'])
  })
})

/** A target that shows what it was asked, to the byte, and answers with these bytes. */
async function byteTarget(answer: string | ((socket: Socket, asked: Buffer) => void)) {
  const heads: Buffer[] = []
  const server = createServer((socket) => {
    let asked = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      asked = Buffer.concat([asked, chunk])
      if (!asked.includes('\r\n\r\n')) return
      heads.push(asked)
      if (typeof answer === 'string') socket.end(Buffer.from(answer, 'latin1'))
      else answer(socket, asked)
      asked = Buffer.alloc(0)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  lab.onClose(() => new Promise((resolve) => server.close(resolve)))
  return { target: `127.0.0.1:${(server.address() as AddressInfo).port}`, heads }
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1')

describe('bytes as they came', () => {
  test('beyond ASCII, in fields, address and reason, both ways', async () => {
    const answered =
      `HTTP/1.1 200 ${utf8('好')}\r\nContent-Disposition: attachment; filename="${utf8('报告.pdf')}"\r\n` +
      `X-Latin: caf\u00e9\r\nSet-Cookie: n=${utf8('张')}\r\nContent-Length: 0\r\n\r\n`
    const { target, heads } = await byteTarget(answered)
    await lab.add({ name: 'bytes.test', target })
    const heard = await lab.raw(
      Buffer.from(
        `GET /${utf8('数据')}?q=${utf8('中')} HTTP/1.1\r\nHost: bytes.test\r\nCookie: n=${utf8('张')}\r\nX-Latin: caf\u00e9\r\nConnection: close\r\n\r\n`,
        'latin1',
      ),
    )
    const asked = heads[0]?.toString('latin1') ?? ''
    expect(asked).toContain(`GET /${utf8('数据')}?q=${utf8('中')} HTTP/1.1\r\n`)
    expect(asked).toContain(`Cookie: n=${utf8('张')}\r\nX-Latin: caf\u00e9\r\n`)
    expect(heard).toContain(answered.split('Content-Length')[0])
  })

  test.each([
    ['line feeds alone', 'GET /x HTTP/1.1\nHost: sloppy.test\nX-A: 1\nConnection: close\n\n', 'X-A: 1'],
    ['a folded field', request('X-A: 1\r\n\t 2'), 'X-A: 1 2'],
    [
      'two lengths that say the same',
      request('Content-Length: 2\r\nContent-Length: 2', 'ab'),
      'Content-Length: 2',
    ],
    ['a blank in a name, which is left out', request('X A: 1\r\nX-B: 2'), 'X-B: 2'],
    ['an unusual method', request('X-A: 1').replace('POST', 'VERSION-CONTROL'), 'VERSION-CONTROL /x'],
    ['a long head', request(`Cookie: ${'c'.repeat(40_000)}`), 'c'.repeat(40_000)],
    ['empty lines in front', `\r\n\r\n${request('X-A: 1')}`, 'X-A: 1'],
  ])('sloppy visitors: %s', async (_name, asked, passed) => {
    const { target, heads } = await byteTarget('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    const { id } = await lab.add({ name: 'sloppy.test', target })
    expect(await lab.raw(asked)).toMatch(/^HTTP\/1\.1 200 [^]*ok$/)
    const seen = heads[0]?.toString('latin1') ?? ''
    expect(seen).toContain(passed)
    expect(seen).not.toMatch(/X A|[^\r]\n|content-length[^]*content-length/i)
    await lab.api.tunnels.remove({ id })
  })

  test.each([
    ['line feeds alone', 'HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nok'],
    ['no reason', 'HTTP/1.1 200\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nX-A:\r\n 1\r\nContent-Length: 2\r\n\r\nok'],
    ['two equal lengths', 'HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'],
    ['blanks in and behind names', 'HTTP/1.1 200 OK\r\nX A: 1\r\nX-A : 1\r\nContent-Length : 2\r\n\r\nok'],
    ['a line that is no field', 'HTTP/1.1 200 OK\r\nhello\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok'],
    [
      'a long head',
      `HTTP/1.1 200 OK\r\nX-L: ${'l'.repeat(100_000)}\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok`,
    ],
    ['HTTP/1.0 until the end', 'HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nok'],
    ['chunks with line feeds alone', 'HTTP/1.1 200 OK\nX-A: 1\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n'],
  ])('sloppy targets: %s', async (_name, answered) => {
    const { target } = await byteTarget(answered)
    const { id } = await lab.add({ name: 'sloppy.test', target })
    const answer = await lab.visit('sloppy.test')
    expect([answer.status, answer.headers['x-a'], answer.body]).toEqual([200, '1', 'ok'])
    await lab.api.tunnels.remove({ id })
  })

  test('answers before the answer reach the visitor, but not one of HTTP/1.0', async () => {
    const { target } = await byteTarget(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    )
    await lab.add({ name: 'hints.test', target })
    const ask = (version: string) =>
      lab.raw(`GET / HTTP/${version}\r\nHost: hints.test\r\nConnection: close\r\n\r\n`)
    expect(await ask('1.1')).toMatch(
      /^HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 204 /,
    )
    expect(await ask('1.0')).toMatch(/^HTTP\/1\.1 204 /)
  })

  test('a login that is bound to its connection has one for the visitor, and for nobody else', async () => {
    const connections: Socket[] = []
    const proved = new Set<Socket>()
    const { target } = await byteTarget((socket, asked) => {
      if (!connections.includes(socket)) connections.push(socket)
      const [, step] = /^Authorization: NTLM (\S+)/im.exec(asked.toString()) ?? []
      if (step === 'third' && connections.at(-1) === socket) proved.add(socket)
      const challenge = step === 'first' ? 'NTLM second' : 'NTLM'
      socket.write(
        proved.has(socket)
          ? `HTTP/1.1 200 OK\r\nX-Connection: ${connections.indexOf(socket)}\r\nContent-Length: 2\r\n\r\nin`
          : `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 3\r\n\r\nout`,
      )
    })
    await lab.add({ name: 'ntlm.test', target })
    const visitor = await lab.connect()
    const ask = async (authorization = '') => {
      visitor.write(`GET / HTTP/1.1\r\nHost: ntlm.test\r\n${authorization}\r\n`)
      let heard = ''
      while (!/\r\n\r\n(in|out)$/.test(heard)) heard += String(((await once(visitor, 'data')) as [Buffer])[0])
      return heard.slice(9, 12)
    }
    expect([
      await ask(),
      await ask('Authorization: NTLM first\r\n'),
      await ask('Authorization: NTLM third\r\n'),
      await ask(),
    ]).toEqual(['401', '401', '200', '200'])
    expect(connections).toHaveLength(1)
    const other = await lab.connect()
    other.write('GET / HTTP/1.1\r\nHost: ntlm.test\r\n\r\n')
    expect(String((await once(other, 'data'))[0])).toMatch(/^HTTP\/1\.1 401 /)
    expect(connections).toHaveLength(2)
    const ended = once(connections[0] ?? visitor, 'close')
    visitor.destroy()
    await ended
  })
})

/** A visit to sloppy.test with these lines in its head. */
function request(lines: string, body = ''): string {
  return `POST /x HTTP/1.1\r\nHost: sloppy.test\r\n${lines}\r\nConnection: close\r\n\r\n${body}`
}

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

describe('who is let in', () => {
  test('users, asked by the relay; their password is not the target’s to see', async () => {
    const target = await lab.mirror()
    await lab.add({
      name: 'users.test',
      target,
      users: [
        { name: 'goudan', password: 'a:b' },
        { name: 'ada', password: '密码' },
      ],
    })
    const asked = await lab.visit('users.test')
    expect([asked.status, asked.headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="nps", charset="UTF-8"',
    ])
    expect((await lab.visit('users.test', '/', { headers: basic('goudan:b') })).status).toBe(401)
    expect((await lab.visit('users.test', '/', { headers: basic('ada:密码') })).status).toBe(200)
    const { status, body } = await lab.visit('users.test', '/', { headers: basic('goudan:a:b') })
    expect(status).toBe(200)
    expect(body).not.toMatch(/authorization/i)
  })

  test('W9: a paused host says so, and goes on afterwards', async () => {
    const target = await lab.mirror()
    const { id } = await lab.add({ name: 'pause.test', target, isPaused: true })
    expect((await lab.visit('pause.test')).body).toContain('This site is paused')
    await lab.api.tunnels.edit({ id, settings: { host: { name: 'pause.test', path: '/', scheme: 'all' } } })
    expect((await lab.visit('pause.test')).status).toBe(200)
  })

  test('to HTTPS, with the method kept', async () => {
    await lab.add({ name: 'secure.test', target: '127.0.0.1:1', redirectToHttps: true })
    const get = await lab.visit('secure.test:81', '/a?b=c')
    expect([get.status, get.headers.location]).toEqual([301, `https://secure.test:${lab.httpsPort}/a?b=c`])
    expect((await lab.visit('secure.test', '/', { method: 'POST', body: 'x' })).status).toBe(308)
  })

  test('limits of the tunnel: connections 429, addresses 403', async () => {
    const target = await lab.site((request, response) => {
      if (request.url === '/slow') response.write('begun')
      else response.end('ok')
    })
    const { id } = await lab.add({ name: 'limit.test', target })
    await lab.api.tunnels.edit({ id, limits: { maxConnections: 1 } })
    const slow = await lab.connect()
    slow.write('GET /slow HTTP/1.1\r\nHost: limit.test\r\n\r\n')
    await once(slow, 'data')
    expect((await lab.visit('limit.test')).status).toBe(429)
    const ended = hear(slow)
    await lab.api.tunnels.edit({ id, limits: { deny: ['127.0.0.0/8'] } })
    await ended
    expect((await lab.visit('limit.test')).status).toBe(403)
  })

  test('W8: a target that refuses is 502, an offline lab box too, each with its reason', async () => {
    const target = await lab.site(() => undefined)
    await lab.add({ name: 'refused.test', target: '127.0.0.1:9' })
    await lab.add({ name: 'silent.test', target })
    const refused = await lab.visit('refused.test')
    expect([refused.status, refused.body]).toEqual([502, expect.stringContaining('does not run')])
    const garbled = await lab.site((request) => request.socket.end('this is no HTTP\r\n\r\n'))
    await lab.add({ name: 'garbled.test', target: garbled })
    const answer = await lab.visit('garbled.test')
    expect([answer.status, answer.body]).toEqual([502, expect.stringContaining('did not answer properly')])
    // a visitor that leaves is not waited for
    const gone = await lab.connect()
    gone.write('GET / HTTP/1.1\r\nHost: silent.test\r\n\r\n')
    const count = async () =>
      (await lab.api.tunnels.list({})).find(({ settings }) => settings.host?.name === 'silent.test')
        ?.connections
    await expect.poll(count).toBe(1)
    gone.destroy()
    await expect.poll(count).toBe(0)
  })
})

describe('visitors that mean no good', () => {
  beforeAll(async () => {
    await lab.add({ name: 'victim.test', target: await lab.mirror('victim') })
  })

  const head = 'POST / HTTP/1.1\r\nHost: victim.test\r\n'
  test.each([
    ['both lengths', `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['a list of lengths', `${head}Content-Length: 4, 5\r\n\r\nabcde`],
    ['a signed length', `${head}Content-Length: +4\r\n\r\nabcd`],
    ['an obscure coding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked not last', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['another coding before', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['coding twice', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${head}Content-Length : 4\r\n\r\nabcd`],
    ['a folded length', `${head}Content-Length: 1\r\n 0\r\n\r\nabcdefghij`],
    ['a folded coding', `${head}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['a folded host', 'GET / HTTP/1.1\r\nHost:\r\n victim.test\r\n\r\n'],
    ['a fold before any field', 'GET / HTTP/1.1\r\n X: a\r\nHost: victim.test\r\n\r\n'],
    ['line feeds among others', `${head}X: a\nContent-Length: 4\r\n\r\nabcd`],
    ['a bare carriage return', `${head}X: a\rContent-Length: 4\r\n\r\nabcd`],
    ['NUL', `${head}X: a\0b\r\n\r\n`],
    ['a length with a blank in its name', `${head}Content Length: 4\r\n\r\nabcd`],
    ['a coding with an odd name', `${head}Transfer-Encoding\u000b: chunked\r\n\r\n0\r\n\r\n`],
    ['a coding with an odd value', `${head}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n`],
    ['a coding in HTTP/1.0', `${head.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a field without a colon', `${head}Content-Length\r\n\r\n`],
    ['a line feed behind a chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
    ['a blank in the address', 'GET /a b HTTP/1.1\r\nHost: victim.test\r\n\r\n'],
    ['two hosts', `${head}Host: other.test\r\nContent-Length: 0\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: victim.test/x\r\n\r\n'],
    ['a bad chunk size', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['CONNECT', 'CONNECT victim.test:22 HTTP/1.1\r\nHost: victim.test\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0000\u0005hello'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s is refused, and the connection with it', async (_name, bytes) => {
    const heard = await lab.raw(bytes)
    expect(heard).toMatch(/^HTTP\/1\.1 400 /)
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(heard).not.toContain('X-Answer')
  })

  test('no field is lost behind many others, least of all the one that says how long the body is', async () => {
    const target = await lab.site(
      (request, response) => request.pipe(response),
      (server) => (server.maxHeadersCount = 10_000),
    )
    await lab.add({ name: 'fields.test', target })
    const heard = await lab.raw(
      `POST / HTTP/1.1\r\nHost: fields.test\r\n${'a:\r\n'.repeat(9_000)}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    )
    expect(heard).toMatch(/^HTTP\/1\.1 200 [^]*hello/)
  })

  test('an absolute address counts more than Host, on both sides', async () => {
    const heard = await lab.raw(
      'GET http://victim.test/x HTTP/1.1\r\nHost: nobody.test\r\nConnection: close\r\n\r\n',
    )
    expect(heard).toContain('"url":"/x","rawHeaders":["Host","victim.test"')
  })

  test('a crowd of silent visitors shuts the port to no other, and ends no visit', async () => {
    const target = await lab.site((request, response) => {
      if (request.url === '/') response.end('page')
      else {
        response.write('first')
        request.socket.once('data', () => response.end('last'))
      }
    })
    await lab.add({ name: 'crowd.test', target })
    const standing = await lab.connect()
    standing.write('GET /slow HTTP/1.1\r\nHost: crowd.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    await once(standing, 'data')
    const crowd = await Promise.all(Array.from({ length: 1100 }, () => lab.connect()))
    expect(await lab.visit('crowd.test')).toMatchObject({ status: 200, body: 'page' })
    expect(standing.closed || standing.readableEnded).toBe(false)
    for (const socket of crowd) socket.destroy()
  })

  test('an endless head is cut off', async () => {
    const begunMs = performance.now()
    const endless = await lab.connect()
    const heard = hear(endless)
    endless.write(`GET / HTTP/1.1\r\nHost: victim.test\r\n${'X-A: b\r\n'.repeat(10_000)}`)
    // what had been sent on top may turn the page into a reset
    expect(await heard).toMatch(/^(HTTP\/1\.1 431 [^]*)?$/)
    expect(performance.now() - begunMs).toBeLessThan(5_000)
  })

  test('pipelined requests are asked and answered one after the other, however many', async () => {
    let [now, most, count] = [0, 0, 0]
    const target = await lab.site((_request, response) => {
      now += 1
      count += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        response.end(`answer ${count}`)
      }, 1)
    })
    await lab.add({ name: 'pipeline.test', target })
    const one = 'GET / HTTP/1.1\r\nHost: pipeline.test\r\n\r\n'
    const heard = await lab.raw(one.repeat(99) + one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    expect([...heard.matchAll(/answer (\d+)/g)].map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    )
    expect(most).toBe(1)
  })

  test('guessing passwords from one address ends in 429', async () => {
    const target = await lab.mirror()
    await lab.add({ name: 'guess.test', target, users: [{ name: 'a', password: 'secret' }] })
    let status = 0
    for (let guess = 0; guess < 25 && status !== 429; guess++)
      ({ status } = await lab.visit('guess.test', '/', { headers: basic(`a:${guess}`) }))
    expect(status).toBe(429)
  })
})

test('a port that is taken is told, shown, and opened once it is free; the relay goes on', async () => {
  const taken = await lab.mirror()
  await lab.configure({ httpPort: port(taken), httpsPort: null })
  expect(lab.lines.join('')).toMatch(
    /hosts not listening; the relay goes on without scheme=http .*code=port-taken/,
  )
  const list = await lab.api.tunnels.list({})
  expect(
    new Set(list.map(({ status }) => (status.state === 'failed' ? status.failure.code : status.state))),
  ).toEqual(new Set(['port-taken']))
  await expect(lab.add({ name: 'late.test', target: '127.0.0.1:1' })).rejects.toMatchObject({
    code: 'port-taken',
  })
  await lab.configure({ httpsPort: 0 })
  const half = await lab.add({ name: 'half.test', target: '127.0.0.1:1' })
  expect(half.status).toMatchObject({ state: 'failed', failure: { code: 'port-taken' } })
  await lab.configure({ httpPort: null, httpsPort: null })
  await expect(lab.add({ name: 'late.test', target: '127.0.0.1:1' })).rejects.toMatchObject({
    code: 'hosts-off',
  })
  await lab.configure({ httpPort: 0, httpsPort: 0 })
  expect((await lab.visit('victim.test')).status).toBe(200)
})
