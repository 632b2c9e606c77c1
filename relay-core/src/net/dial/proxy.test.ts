import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connectTcp } from './connect.ts'
import { parseProxy } from './proxy.ts'

describe('an address of a proxy', () => {
  it('is read with its login, percent-encoded', () => {
    const proxy = parseProxy('socks5://me:p%40ss@10.0.0.1:1080')
    expect(proxy).toMatchObject({ kind: 'socks5', host: '10.0.0.1', port: 1080, login: { user: 'me' } })
    expect(proxy.login?.password.reveal()).toBe('p@ss')
    expect(parseProxy('http://[2001:db8::1]:3128')).toEqual({ kind: 'http', host: '2001:db8::1', port: 3128 })
    expect(parseProxy('http://proxy.lab')).toMatchObject({ port: 80 })
  })

  it.each(['10.0.0.1:1080', 'https://a:1', 'ftp://a:1', 'http://', 'http://a:1/path', 'socks5://u:%@h:1'])(
    'is not %s, and the text is not repeated',
    (text) => {
      expect(() => parseProxy(text)).toThrow('prox')
      expect(() => parseProxy(`${text}/secret-password`)).not.toThrow('secret-password')
    },
  )
})

/** A far end that says `answers` one by one, each after it has heard something, and keeps what it heard. */
async function scripted(answers: readonly (string | Buffer)[]) {
  const heard: Buffer[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    const left = [...answers]
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      heard.push(chunk)
      const next = left.shift()
      if (next !== undefined) socket.write(next)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port: (server.address() as AddressInfo).port, heard, close }
}

describe('a connection through a proxy', () => {
  const open: (() => void)[] = []
  afterEach(() => open.splice(0).forEach((close) => close()))

  async function through(kind: 'socks5' | 'http', host: string, answers: (string | Buffer)[], login = '') {
    const proxy = await scripted(answers)
    open.push(proxy.close)
    const address = parseProxy(`${kind}://${login}127.0.0.1:${proxy.port}`)
    const signal = AbortSignal.timeout(5_000)
    const connecting = connectTcp({ host, port: 8024, proxy: address, timeoutMs: 4_000, signal })
    return { connecting, heard: proxy.heard }
  }

  it('asks a SOCKS5 proxy with a login, by name; what follows the answer stays', async () => {
    const { connecting, heard } = await through(
      'socks5',
      'relay.example',
      [
        Buffer.of(5, 2),
        Buffer.of(1, 0),
        Buffer.concat([Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0), Buffer.from('hi')]),
      ],
      'me:pw@',
    )
    const socket = await connecting
    open.push(() => socket.destroy())
    expect(String((await once(socket, 'data'))[0])).toBe('hi')
    expect(Buffer.concat(heard).toString('hex')).toBe(
      `05020002${'01026d65027077'}05010003${'0d'}${Buffer.from('relay.example').toString('hex')}1f58`,
    )
  })

  it('names an IPv6 relay by its bytes', async () => {
    const { connecting, heard } = await through('socks5', '2001:db8::7', [
      Buffer.of(5, 0),
      Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    ])
    const socket = await connecting
    open.push(() => socket.destroy())
    expect(Buffer.concat(heard).toString('hex')).toBe(`0501000501000420010db8${'00'.repeat(11)}071f58`)
  })

  it('asks an HTTP proxy with a login in the header that proxies read', async () => {
    const { connecting, heard } = await through(
      'http',
      '2001:db8::7',
      ['HTTP/1.1 200 OK\r\nVia: x\r\n\r\nhi'],
      'me:pw@',
    )
    const socket = await connecting
    open.push(() => socket.destroy())
    expect(String((await once(socket, 'data'))[0])).toBe('hi')
    expect(String(heard[0])).toBe(
      'CONNECT [2001:db8::7]:8024 HTTP/1.1\r\nHost: [2001:db8::7]:8024\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n',
    )
  })

  it.each([
    ['socks5', [Buffer.of(5, 255)], 'asks for a user and a password'],
    ['socks5', [Buffer.of(5, 0), Buffer.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)], 'connection refused'],
    ['socks5', ['HTTP/1.1 400'], 'does not speak SOCKS5'],
    ['http', ['HTTP/1.1 407 Login\r\n\r\n'], '407'],
    ['http', ['HTTP/1.1 403 No\r\n\r\n'], 'status 403'],
    ['http', ['x'.repeat(17_000)], 'no end'],
  ] as const)('%s says what the proxy has refused', async (kind, answers, message) => {
    const { connecting } = await through(kind, 'relay.example', [...answers])
    await expect(connecting).rejects.toThrow(message)
  })
})
