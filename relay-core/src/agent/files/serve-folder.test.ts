import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair, type Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { serveFolder } from './serve-folder.ts'

let outside: string
let folder: string
const streams = new Set<Duplex>()

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'files-'))
  folder = join(outside, 'shared')
  await mkdir(join(folder, 'sub', '实验 1'), { recursive: true })
  await mkdir(join(folder, '.git'))
  await mkdir(join(folder, 'site'))
  await mkdir(join(outside, 'shared-not'))
  await Promise.all([
    writeFile(join(outside, 'secret.txt'), 'secret'),
    writeFile(join(outside, 'shared-not', 'secret.txt'), 'secret'),
    writeFile(join(folder, '.env'), 'secret'),
    writeFile(join(folder, '.git', 'config'), 'secret'),
    writeFile(join(folder, 'ten.txt'), '0123456789'),
    writeFile(join(folder, 'empty'), ''),
    writeFile(join(folder, '<b>&"quoted".txt'), 'odd'),
    writeFile(join(folder, 'sub', '实验 1', 'loss.csv'), 'step,loss\n'),
    writeFile(join(folder, 'site', 'index.html'), '<p>front page'),
    symlink(join(outside, 'secret.txt'), join(folder, 'way-out')),
    symlink('..', join(folder, 'up')),
    symlink('../shared-not', join(folder, 'beside')),
    symlink('sub', join(folder, 'way-in')),
    symlink('/dev/zero', join(folder, 'zero')),
    symlink('loop', join(folder, 'loop')),
    symlink('.env', join(folder, 'settings')),
    symlink('.git', join(folder, 'history')),
    symlink('../.git/config', join(folder, 'sub', 'config')),
  ])
  await utimes(join(folder, 'ten.txt'), 1_700_000_000.25, 1_700_000_000.25)
  execFileSync('mkfifo', [join(folder, 'pipe')])
})
afterAll(async () => {
  for (const stream of streams) stream.destroy()
  await rm(outside, { recursive: true })
})

function connect(options: { stripPrefix?: string } = {}): Duplex {
  const [here, there] = duplexPair()
  streams.add(here)
  void serveFolder(there, folder, { log: silentLog, ...options })
  return here
}

interface Answer {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
}

async function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    ...options
  }: { method?: string; headers?: Record<string, string>; stripPrefix?: string } = {},
): Promise<Answer> {
  const stream = connect(options)
  const request = httpRequest({ createConnection: () => stream, path, method, headers, host: 'lab' })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }
}

// links, pipes and names that Windows does not have
describe.skipIf(process.platform === 'win32')('a shared folder', () => {
  it('hands out its files, with type and length', async () => {
    expect(await ask('/ten.txt')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '10',
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      },
      body: '0123456789',
    })
    expect(await ask('/sub/%E5%AE%9E%E9%AA%8C%201/loss.csv?download=1#x')).toMatchObject({
      status: 200,
      body: 'step,loss\n',
    })
    expect(await ask('http://lab:8000/way-in/%E5%AE%9E%E9%AA%8C%201/loss.csv')).toMatchObject({ status: 200 })
    expect(await ask('/empty')).toMatchObject({ status: 200, headers: { 'content-length': '0' }, body: '' })
  })

  it.each([
    ['/../secret.txt', 'a way up'],
    ['/sub/../../secret.txt', 'a way up further in'],
    ['/%2e%2e/secret.txt', 'an encoded way up'],
    ['/%2E%2E%2Fsecret.txt', 'an encoded slash'],
    ['/..%5csecret.txt', 'a backslash'],
    ['/sub%2f..%2f..%2fsecret.txt', 'a path in one name'],
    ['/%252e%252e/secret.txt', 'a doubly encoded way up'],
    ['/./ten.txt', 'a dot'],
    ['/ten.txt%00.html', 'NUL'],
    ['/way-out', 'a link to a file outside'],
    ['/up/secret.txt', 'a link to the folder above'],
    ['/beside/secret.txt', 'a link to a folder whose name begins alike'],
    ['/zero', 'a link to a device'],
    ['/pipe', 'a pipe'],
    ['/loop', 'a link to itself'],
    ['/.env', 'a hidden file'],
    ['/.git/config', 'a file in a hidden folder'],
    ['/settings', 'a link to a hidden file'],
    ['/history/', 'a link to a hidden folder'],
    ['/history/config', 'a file behind a link to a hidden folder'],
    ['/sub/config', 'a link to a file in a hidden folder'],
    ['//etc/passwd', 'an absolute path'],
    ['/ten.txt/', 'a file as a folder'],
    ['/ten.txt/x', 'a name below a file'],
    [`/${'x'.repeat(300)}`, 'a name too long'],
    ['/nothing', 'what is not there'],
  ])('does not answer %s: %s', async (path) => {
    const { status, body } = await ask(path)
    expect({ status, body }).toEqual({ status: 404, body: '404 Not Found\n' })
  })

  it.each([
    ['/%c0%ae%c0%ae/secret.txt', 'overlong UTF-8'],
    ['/%zz', 'broken encoding'],
    ['*', 'no path at all'],
  ])('does not understand %s: %s', async (path) => {
    expect((await ask(path)).status).toBe(400)
  })

  it('lists what it serves, escaped, folders first', async () => {
    const { status, headers, body } = await ask('/')
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    const links = [...body.matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, href, text]) => [href, text])
    expect(links).toEqual([
      ['./site/', 'site/'],
      ['./sub/', 'sub/'],
      ['./way-in/', 'way-in/'],
      ['./%3Cb%3E%26%22quoted%22.txt', '&lt;b&gt;&amp;&quot;quoted&quot;.txt'],
      ['./empty', 'empty'],
      ['./ten.txt', 'ten.txt'],
    ])
    expect(body).toContain('<td>10 B</td><td>2023-11-14 22:13</td>')
    expect(body).not.toContain('<b>')
    const below = await ask('/sub/')
    expect(below.body).toContain('<a href="../../client">../</a>')
    expect(below.body).toContain('<a href="./%E5%AE%9E%E9%AA%8C%201/">实验 1/</a>')
  })

  it('sends a folder without its slash there, and shows index.html where there is one', async () => {
    expect(await ask('/sub')).toMatchObject({ status: 301, headers: { location: './sub/' } })
    expect(await ask('/site/')).toMatchObject({ status: 200, body: '<p>front page' })
  })

  it('cuts off a prefix at whole names', async () => {
    const stripPrefix = '/data/run/'
    expect(await ask('/data/run/ten.txt', { stripPrefix })).toMatchObject({ status: 200, body: '0123456789' })
    expect(await ask('/data/run', { stripPrefix })).toMatchObject({
      status: 301,
      headers: { location: './run/' },
    })
    expect(await ask('/data/runten.txt', { stripPrefix })).toMatchObject({ status: 404 })
    expect(await ask('/ten.txt', { stripPrefix })).toMatchObject({ status: 404 })
  })

  it.each([
    ['bytes=0-0', 206, 'bytes 0-0/10', '0'],
    ['bytes=2-5', 206, 'bytes 2-5/10', '2345'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=-99', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=8-99', 206, 'bytes 8-9/10', '89'],
    ['bytes=10-', 416, 'bytes */10', '416 Range Not Satisfiable\n'],
    ['bytes=-0', 416, 'bytes */10', '416 Range Not Satisfiable\n'],
    ['bytes=5-2', 200, undefined, '0123456789'],
    ['bytes=0-1,4-5', 200, undefined, '0123456789'],
    ['lines=0-1', 200, undefined, '0123456789'],
    ['bytes=a-b', 200, undefined, '0123456789'],
  ])('answers Range %s', async (range, status, contentRange, body) => {
    const answer = await ask('/ten.txt', { headers: { range } })
    expect([answer.status, answer.headers['content-range'], answer.body]).toEqual([
      status,
      contentRange,
      body,
    ])
  })

  it('says that nothing has changed, and answers a part only of the same file', async () => {
    const { headers } = await ask('/ten.txt')
    const etag = headers.etag ?? ''
    const date = headers['last-modified'] ?? ''
    const status = async (conditions: Record<string, string>) =>
      (await ask('/ten.txt', { headers: conditions })).status
    expect(etag).toMatch(/^"[\w-]+"$/)
    expect(await status({ 'if-none-match': etag })).toBe(304)
    expect(await status({ 'if-none-match': '"other", *' })).toBe(304)
    expect(await status({ 'if-none-match': '"other"' })).toBe(200)
    expect(await status({ 'if-modified-since': date })).toBe(304)
    expect(await status({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(200)
    expect(await status({ 'if-match': '"other"' })).toBe(412)
    expect(await status({ 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(412)
    expect(await status({ range: 'bytes=1-2', 'if-range': etag })).toBe(206)
    expect(await status({ range: 'bytes=1-2', 'if-range': '"other"' })).toBe(200)
    expect(await status({ range: 'bytes=1-2', 'if-range': date })).toBe(206)
  })

  it('answers HEAD like GET, without the body', async () => {
    expect(await ask('/ten.txt', { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '10' },
      body: '',
    })
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])('refuses %s', async (method) => {
    const { status, headers } = await ask('/ten.txt', { method })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('answers several requests on one connection in their order', async () => {
    const stream = connect()
    stream.write('GET /ten.txt HTTP/1.1\r\nHost: lab\r\n\r\nGET /nothing HTTP/1.1\r\nHost: lab\r\n\r\n')
    stream.write('GET /empty HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n')
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '404', '200'])
  })

  it('ends a connection that does not speak HTTP', async () => {
    const stream = connect()
    stream.write('SSH-2.0-OpenSSH_9.6\r\n\r\n')
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect(text).toContain('HTTP/1.1 400 Bad Request')
  })

  it('breaks off where a file became shorter meanwhile', async () => {
    const path = join(folder, 'shrinking.bin')
    await (await open(path, 'w')).close()
    await truncate(path, 64 * 1024 ** 2)
    const stream = connect()
    stream.write('GET /shrinking.bin HTTP/1.1\r\nHost: lab\r\n\r\n')
    await once(stream, 'readable')
    await truncate(path, 10)
    let received = 0
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    await once(stream, 'end')
    expect(received).toBeLessThan(64 * 1024 ** 2)
  })
})
