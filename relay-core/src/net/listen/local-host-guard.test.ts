import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { LocalHostGuard } from './local-host-guard.ts'
import { spliceLocal } from '../stream/splice.ts'

const request = (...fields: string[]) =>
  `GET /api/contents HTTP/1.1\r\n${fields.map((one) => `${one}\r\n`).join('')}\r\n`

/** What a guard makes of a text that comes in pieces of this many bytes. */
function verdict(text: string, piece = text.length): string {
  const guard = new LocalHostGuard()
  let passed = ''
  for (let at = 0; at < text.length; at += piece) {
    const found = guard.take(Buffer.from(text.slice(at, at + piece), 'latin1'))
    if (found === 'refuse') return 'refuse'
    if (found !== 'wait') passed += found.pass.toString('latin1') + text.slice(at + piece)
    if (passed !== '') return passed === text ? 'pass' : `changed: ${passed}`
  }
  return 'wait'
}

describe.each([
  ['whole', undefined],
  ['byte by byte', 1],
])('what comes through a local port, %s', (_, piece) => {
  it.each([
    ['localhost', request('Host: localhost:8888', 'Accept: */*')],
    ['a name below it', request('host:lab.localhost')],
    ['an IPv4 address', request('Host: 127.0.0.1:8888')],
    ['an IPv6 address', request('Host: [::1]:8888')],
    ['no Host at all, as no browser does', 'GET / HTTP/1.0\r\n\r\n'],
    ['ssh', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0000\u00f4'],
    ['a line of another protocol', 'EHLO lab.example.com\r\n'],
    ['text without a line end', `${'the quick brown fox '.repeat(5_000)}`],
    ['RDP', '\u0003\u0000\u0000\u0013'],
  ])('passes: %s', (_name, text) => {
    expect(verdict(text, piece)).toBe('pass')
  })

  it.each([
    ['a name that leads here', request('Host: evil.example.com:8888')],
    ['the same in a field of small letters', request('Accept: */*', 'host: evil.example.com')],
    ['two fields', request('Host: localhost', 'Host: evil.example.com')],
    ['a name that begins like ours', request('Host: localhost.evil.example.com')],
    ['a method of its own', request('Host: evil.example.com').replace('GET', 'X-y')],
    ['bare line feeds', request('Host: evil.example.com').replaceAll('\r', '')],
    ['a WebSocket', request('Upgrade: websocket', 'Connection: Upgrade', 'Host: evil.example.com')],
    ['a head without end', `${request().trimEnd()}\r\nX: ${'x'.repeat(70_000)}`],
  ])('refuses: %s', (_name, text) => {
    expect(verdict(text, piece ?? 16_384)).toBe('refuse')
  })
})

describe('two streams of which one is local', () => {
  const used: Duplex[] = []
  afterEach(() => {
    for (const stream of used.splice(0)) stream.destroy()
  })
  function joined() {
    const [visitor, near] = duplexPair()
    const [far, target] = duplexPair()
    used.push(visitor, near, far, target)
    const over = spliceLocal(near, far)
    for (const stream of [visitor, target]) stream.on('error', () => undefined)
    return { visitor, target, over }
  }

  it('a foreign Host is answered 421, and the target hears nothing', async () => {
    const { visitor, target, over } = joined()
    let heard = ''
    target.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    visitor.write(request('Host: evil.example.com'))
    const [answer] = (await once(visitor, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 421 /)
    visitor.end()
    visitor.resume()
    if (!target.closed) target.destroy()
    await over
    expect(heard).toBe('')
  })

  it('a target that speaks first is heard at once; a word without a line end goes on after a while', async () => {
    const { visitor, target } = joined()
    target.write('220 ready\r\n')
    expect(String((await once(visitor, 'data'))[0])).toBe('220 ready\r\n')
    visitor.write('PASSWORD secret')
    expect(String((await once(target, 'data'))[0])).toBe('PASSWORD secret')
  })

  it('what was held is not lost with the end', async () => {
    const { visitor, target } = joined()
    visitor.end('GET /')
    let heard = ''
    for await (const chunk of target) heard += String(chunk)
    expect(heard).toBe('GET /')
  })
})
