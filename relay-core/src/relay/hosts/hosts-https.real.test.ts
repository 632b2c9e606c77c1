import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, hear, HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

interface TlsWish {
  servername?: string
  alpn?: string[]
  /** Sends what TLS says in pieces of this many bytes. */
  pieces?: number
}

/** A TLS visitor; rejects with the alert's words where it is refused. */
async function visitTls({ servername, alpn, pieces }: TlsWish): Promise<TLSSocket> {
  const socket = await lab.connect(lab.httpsPort)
  const write = socket.write.bind(socket)
  if (pieces !== undefined) {
    socket.setNoDelay(true)
    socket.write = ((chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += pieces) write(chunk.subarray(at, at + pieces))
      return true
    }) as typeof socket.write
  }
  const secure = connectTls({
    socket,
    rejectUnauthorized: false,
    ...(servername !== undefined && { servername }),
    ...(alpn && { ALPNProtocols: alpn }),
  })
  await once(secure, 'secureConnect', { signal: AbortSignal.timeout(5_000) })
  // A test that expects an error looks at how the visit ends.
  secure.on('error', () => undefined)
  return secure
}

const refusal = (wish: TlsWish) =>
  visitTls(wish).then(
    () => 'let in',
    (error: NodeJS.ErrnoException) => error.code,
  )

const shown = (socket: TLSSocket) => socket.getPeerX509Certificate()?.toString().replace(/\s/g, '')
const bare = (pem: string) => pem.replace(/\s/g, '')

describe('HTTPS that nps answers itself', () => {
  test('the certificate of the name, the default one for others, none without', async () => {
    expect(await refusal({ servername: 'nobody.test' })).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
    const [own, usual] = [lab.certificate('own'), lab.certificate('default')]
    await lab.configure(usual)
    const target = await lab.mirror()
    await lab.add({ name: 'own.test', target, certFile: own.certFile, keyFile: own.keyFile })
    await lab.add({ name: 'usual.test', target })
    const named = await visitTls({ servername: 'own.test', alpn: ['h2', 'http/1.1'] })
    expect([shown(named), named.alpnProtocol]).toEqual([bare(own.pem), 'http/1.1'])
    const { status, body } = await lab.visit('own.test', '/x', { connection: named })
    expect([status, (JSON.parse(body) as { url: string }).url]).toEqual([200, '/x'])
    const other = await visitTls({ servername: 'usual.test' })
    expect(shown(other)).toBe(bare(usual.pem))
    const unnamed = await visitTls({})
    expect(shown(unnamed)).toBe(bare(usual.pem))
    expect((await lab.visit('nobody.test', '/', { connection: unnamed })).status).toBe(404)
    other.destroy()
  })

  test('relative paths begin beside the conf folder; the visitor’s address and https are told', async () => {
    await lab.configure({ addOrigin: true })
    mkdirSync(join(lab.folder, 'state', 'conf'), { recursive: true })
    const made = lab.certificate('state/conf/relative')
    await lab.add({
      name: 'relative.test',
      target: await lab.mirror(),
      certFile: 'conf/relative.pem',
      keyFile: 'conf/relative.key',
      scheme: 'https',
    })
    const secure = await visitTls({ servername: 'relative.test' })
    expect(shown(secure)).toBe(bare(made.pem))
    const { body } = await lab.visit('relative.test', '/', { connection: secure })
    expect(body).toContain('"X-Real-IP","127.0.0.1","X-Forwarded-Proto","https"')
    expect((await lab.visit('relative.test')).status).toBe(404)
    await lab.configure({ addOrigin: false })
  })

  test('users are asked inside TLS', async () => {
    await lab.add({ name: 'locked.test', target: await lab.mirror(), users: [{ name: 'a', password: 'b' }] })
    const asked = await lab.visit('locked.test', '/', {
      connection: await visitTls({ servername: 'locked.test' }),
    })
    expect(asked.status).toBe(401)
    const headers = basic('a:b')
    const connection = await visitTls({ servername: 'locked.test' })
    expect((await lab.visit('locked.test', '/', { headers, connection })).status).toBe(200)
  })

  test('W7: a renewed certificate is used without a restart; a broken one leaves the old at work and says so', async () => {
    const first = lab.certificate('renewed')
    const { certFile, keyFile } = first
    await lab.add({ name: 'renewed.test', target: await lab.mirror(), certFile, keyFile })
    const shownNow = async () => {
      const socket = await visitTls({ servername: 'renewed.test' })
      const pem = shown(socket)
      socket.destroy()
      return pem
    }
    expect(await shownNow()).toBe(bare(first.pem))
    const second = lab.certificate('renewed')
    await expect.poll(shownNow, { timeout: 5_000 }).toBe(bare(second.pem))
    writeFileSync(certFile, 'not a certificate')
    await expect
      .poll(async () => (await shownNow()) && lab.lines.join(''), { timeout: 5_000 })
      .toMatch(
        /error new certificate not used, the old one stays file=.*renewed\.pem reason=".* is not a PEM certificate\."/,
      )
    rmSync(keyFile)
    expect(await shownNow()).toBe(bare(second.pem))
    const third = lab.certificate('renewed')
    await expect.poll(shownNow, { timeout: 5_000 }).toBe(bare(third.pem))
  })

  test('files that cannot be used are refused, with the reason and without their content', async () => {
    const { certFile, keyFile } = lab.certificate('good')
    const other = lab.certificate('other')
    const secret = join(lab.folder, 'secret.txt')
    writeFileSync(secret, 'root:secret words')
    const add = (files: { certFile?: string; keyFile?: string }) =>
      lab.add({ name: 'files.test', target: '127.0.0.1:1', ...files })
    await expect(add({ certFile: '/nowhere.pem', keyFile })).rejects.toMatchObject({
      code: 'certificate-invalid',
      message: 'There is no file /nowhere.pem on the server.',
    })
    await expect(add({ certFile, keyFile: other.keyFile })).rejects.toThrow(
      'does not belong to the certificate',
    )
    await expect(add({ certFile })).rejects.toThrow('needs its key')
    const error = await add({ certFile: secret, keyFile }).catch((reason: Error) => reason)
    expect(String(error)).toContain('is not a PEM certificate')
    expect(String(error)).not.toContain('secret words')
  })
})

test('a client’s certificate is shown for no name, and with no site, of another client', async () => {
  const made = lab.certificate('wide')
  const own = lab.certificate('beside')
  await lab.add({ name: '*.wide.test', target: await lab.mirror('wide'), ...files(made) })
  await lab.add({ name: 'one.shared.test', target: await lab.mirror('shared'), ...files(made) })
  const other = await lab.api.clients.add({ name: 'other lab' })
  const addOther = (name: string, path: string, certificate = {}) =>
    lab.api.tunnels.add({
      clientId: other.id,
      mode: 'host',
      target: '127.0.0.1:1',
      settings: { host: { name, path, scheme: 'all', ...certificate } },
    })
  await addOther('other.wide.test', '/')
  await addOther('one.shared.test', '/other')
  await addOther('one.shared.test', '/own', files(own))
  const ask = async (servername: string, path: string) => {
    const connection = await visitTls({ servername })
    const answer = await lab.visit(servername, path, { connection })
    return [shown(connection) === bare(made.pem), answer.status, answer.headers['x-answer']]
  }
  expect(await ask('any.wide.test', '/')).toEqual([true, 200, 'wide'])
  expect(await ask('other.wide.test', '/')).toEqual([false, 502, undefined])
  expect(await ask('one.shared.test', '/')).toEqual([true, 200, 'shared'])
  expect(await ask('one.shared.test', '/other')).toEqual([true, 200, 'shared'])
  expect(await ask('one.shared.test', '/own')).toEqual([true, 502, undefined])
})

const files = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => ({ certFile, keyFile })

describe('HTTPS passed through by name', () => {
  let target = ''
  let pem = ''
  beforeAll(async () => {
    await lab.configure({ passThrough: true })
    const made = lab.certificate('lab')
    pem = made.pem
    const server = createHttpsServer(
      { cert: made.pem, key: readFileSync(made.keyFile) },
      (request, response) => response.end(`lab answers ${request.url}`),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    lab.onClose(async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    })
    target = `127.0.0.1:${(server.address() as AddressInfo).port}`
    await lab.add({ name: '*.through.test', target, scheme: 'https' })
  })

  test('the lab’s own certificate is what the visitor sees, and every byte is counted', async () => {
    const secure = await visitTls({ servername: 'a.through.test' })
    expect(shown(secure)).toBe(bare(pem))
    const answer = await lab.visit('a.through.test', '/deep', { connection: secure })
    expect(answer.body).toBe('lab answers /deep')
    const tunnel = (await lab.api.tunnels.list({})).find(
      ({ settings }) => settings.host?.name === '*.through.test',
    )
    expect(tunnel?.upBytes).toBeGreaterThan(400)
    expect(tunnel?.downBytes).toBeGreaterThan(400)
  })

  test('R7: hellos that come byte by byte', async () => {
    const secure = await visitTls({ servername: 'b.through.test', pieces: 1 })
    expect((await lab.visit('b.through.test', '/', { connection: secure })).body).toBe('lab answers /')
  })

  test('without a name, or with one that nobody has: an alert that says so, or the tunnel for all', async () => {
    expect(await refusal({ servername: 'nobody.test' })).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
    expect(await refusal({})).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
    const { id } = await lab.add({ name: '*', target })
    expect(shown(await visitTls({}))).toBe(bare(pem))
    await lab.api.tunnels.remove({ id })
  })

  test('what is no TLS, or never finishes its hello, is turned away', async () => {
    expect(await lab.raw('GET / HTTP/1.1\r\nHost: a.through.test\r\n\r\n', lab.httpsPort)).toBe(
      '\u0015\u0003\u0001\u0000\u0002\u0002\u0028',
    )
    const half = await lab.connect(lab.httpsPort)
    half.write('\u0016\u0003\u0001')
    half.end()
    expect(await hear(half)).toBe('')
  })

  test('a paused host, and one whose target is down, are alerts too', async () => {
    await lab.add({ name: 'paused.test', target, isPaused: true })
    await lab.add({ name: 'down.test', target: '127.0.0.1:9' })
    expect(await refusal({ servername: 'paused.test' })).toMatch(/ACCESS_DENIED/)
    expect(await refusal({ servername: 'down.test' })).toMatch(/INTERNAL_ERROR/)
  })

  test('a password cannot be asked for in bytes that nobody here reads: refused when it is set up', async () => {
    const users = [{ name: 'a', password: 'b' }]
    await expect(lab.add({ name: 'locked2.test', target, users })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('https_just_proxy=true') as string,
    })
    await lab.add({ name: 'locked2.test', target: await lab.mirror(), users, scheme: 'http' })
    expect((await lab.visit('locked2.test')).status).toBe(401)
    // one that was set up before nps.conf was changed
    expect(await refusal({ servername: 'locked.test' })).toMatch(/ACCESS_DENIED/)
  })

  test('stopping the tunnel ends what runs through it', async () => {
    const secure = await visitTls({ servername: 'c.through.test' })
    const closed = hear(secure)
    const tunnel = (await lab.api.tunnels.list({})).find(
      ({ settings }) => settings.host?.name === '*.through.test',
    )
    await lab.api.tunnels.stop({ id: tunnel?.id ?? 0 })
    expect(await closed).toBe('')
  })
})
