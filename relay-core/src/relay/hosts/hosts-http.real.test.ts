import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, hear, HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

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

test('a port that is taken is told, shown, and opened once it is free; the relay goes on', async () => {
  const taken = await lab.mirror()
  await lab.configure({ httpPort: Number(taken.split(':')[1]), httpsPort: null })
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
  expect((await lab.visit('a.test')).status).toBe(200)
})
