import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

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
