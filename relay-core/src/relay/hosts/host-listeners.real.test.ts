import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostsDefaults } from '../../config/relay/hosts-config.ts'
import { silentLog } from '../../log/log.ts'
import { HostListeners } from './host-listeners.ts'
import { hear } from '../../testing/lab-with-hosts.ts'

const listeners = new HostListeners({
  config: () => ({ ...hostsDefaults, ip: '127.0.0.1', httpPort: 0, httpsPort: 0, passThrough: true }),
  folder: '/',
  log: silentLog,
  limits: { headTimeoutMs: 300, keepAliveTimeoutMs: 300 },
})
beforeAll(() => listeners.follow())
afterAll(() => listeners.close())

async function visit(scheme: 'http' | 'https'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: listeners.port(scheme) ?? 0, noDelay: true })
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  return socket
}

/** Goes on with a byte every 20 ms; answers for how many milliseconds it was let. */
async function dribble(socket: Socket, beginning: string): Promise<number> {
  const begunMs = performance.now()
  socket.write(beginning)
  const timer = setInterval(() => socket.write('a'), 20)
  await hear(socket)
  clearInterval(timer)
  return performance.now() - begunMs
}

test.each([
  ['a silent visitor', 'http', ''],
  ['a head that never ends, byte by byte', 'http', 'GET / HTTP/1.1\r\nX: '],
  [
    'a hello that never ends, byte by byte',
    'https',
    '\u0016\u0003\u0001\u0010\u0000\u0001\u0000\u000f\u0000',
  ],
] as const)('%s is cut off in time', async (_name, scheme, beginning) => {
  const ms = beginning === '' ? await dribbleNothing(scheme) : await dribble(await visit(scheme), beginning)
  expect(ms).toBeGreaterThan(250)
  expect(ms).toBeLessThan(2_000)
})

async function dribbleNothing(scheme: 'http' | 'https'): Promise<number> {
  const begunMs = performance.now()
  await hear(await visit(scheme))
  return performance.now() - begunMs
}

test('an answered visitor may rest between requests, but not for ever, nor dribble the next one', async () => {
  const socket = await visit('http')
  socket.write('GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n')
  const [first] = (await once(socket, 'data')) as [Buffer]
  expect(first.toString()).toMatch(/^HTTP\/1\.1 404 [^]*Connection: keep-alive/i)
  expect(await dribble(socket, 'GET / HT')).toBeLessThan(2_000)
})
