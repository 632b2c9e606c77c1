import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConsolePass, consolePass } from '@nps-desktop/relay-core/api'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { Relays } from '../relays/relays.ts'
import type { Machines } from '../ssh/machines.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import type { Storage } from '../storage/records.ts'
import { ConsoleForwards } from './console-forwards.ts'

const options = { signal: new AbortController().signal }
const away = { host: '203.0.113.7', signsIn: false }
let parts: DisposableStack

beforeEach(() => void (parts = new DisposableStack()))
afterEach(() => parts.dispose())

/** A server at `host` whose console answers with `pass`; `dialled` is what its sshd was asked for, `asked` who may be asked. */
function forwardsTo({ host, signsIn }: typeof away, pass: Partial<ConsolePass>) {
  const dialled: string[] = []
  const asked: (boolean | undefined)[] = []
  const sessions: { isOpen: boolean }[] = []
  const gate = Promise.withResolvers<void>()
  let passes = 0
  const server = { name: 'cloud', address: signsIn ? { host } : null, relay: { host } }
  const open: Machines['open'] = async (_ref, { asks }) => {
    asked.push(asks)
    await gate.promise
    const gone = Promise.withResolvers<null>()
    const session = {
      isOpen: true,
      closed: gone.promise,
      forward: (to: string, port: number) => {
        dialled.push(`${to} ${port}`)
        return Promise.reject(new Error('there is no site'))
      },
      close() {
        session.isOpen = false
        gone.resolve(null)
      },
    }
    sessions.push(session)
    return standIn<SshSession>(session)
  }
  const api = {
    console: {
      pass: () =>
        Promise.resolve({
          token: `t${++passes}`,
          expiresAtMs: 1,
          port: 8080,
          path: '/web',
          isTls: false,
          host: '0.0.0.0',
          ...pass,
        }),
    },
  }
  const forwards = new ConsoleForwards({
    storage: standIn<Storage>({ servers: { get: () => server }, secrets: { has: () => signsIn } }),
    machines: { open },
    relays: standIn<Relays>({ reach: () => Promise.resolve(api) }),
    clock: new ManualClock(),
  })
  parts.defer(() => forwards.close())
  return { forwards, dialled, asked, sessions, letIn: () => gate.resolve() }
}

test.each([
  ['without encryption', {}],
  ['of an nps that tells no address', { host: undefined }],
  ['that listens on its own machine only', { isTls: true, host: '127.0.0.1' }],
])('a pass is not sent over a network to a console %s', async (_what, pass) => {
  const { forwards } = forwardsTo(away, pass)
  await expect(forwards.open({ serverId: 's1' }, options)).rejects.toMatchObject({
    code: 'console-needs-sign-in',
    params: { server: 'cloud' },
    fixes: [{ action: 'enter-secret' }],
  })
})

test.each([
  ['by TLS', '203.0.113.7', { isTls: true }, 'https://203.0.113.7:8080/web/#pass=t1'],
  ['by TLS and IPv6', '2001:db8::7', { isTls: true, host: '::' }, 'https://[2001:db8::7]:8080/web/#pass=t1'],
  ['on this computer', '127.0.0.1', {}, 'http://127.0.0.1:8080/web/#pass=t1'],
  ['on this computer elsewhere', 'localhost', { host: '127.0.0.2' }, 'http://127.0.0.2:8080/web/#pass=t1'],
])('without a sign-in a console is opened %s', async (_how, host, pass, url) => {
  const { forwards } = forwardsTo({ host, signsIn: false }, pass)
  expect(await forwards.open({ serverId: 's1' }, options)).toEqual({ url })
})

test.each([
  [undefined, '127.0.0.1 8080'],
  ['0.0.0.0', '127.0.0.1 8080'],
  ['::', '::1 8080'],
  ['10.0.0.5', '10.0.0.5 8080'],
])('over ssh a console on %s is dialled at %s', async (host, there) => {
  const { forwards, dialled, asked, letIn } = forwardsTo({ ...away, signsIn: true }, { host })
  letIn()
  const { url } = await forwards.open({ serverId: 's1' }, options)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  expect(dialled[0]).toBe(there)
  expect(asked).toEqual([true])
})

test('two clicks open one forward, and each gets a pass of after it has opened', async () => {
  const { forwards, sessions, letIn } = forwardsTo({ ...away, signsIn: true }, {})
  const clicks = [1, 2].map(() => forwards.open({ serverId: 's1' }, options))
  letIn()
  const urls = (await Promise.all(clicks)).map(({ url }) => new URL(url))
  expect(sessions).toHaveLength(1)
  expect(new Set(urls.map(({ port }) => port)).size).toBe(1)
  expect(urls.map(({ hash }) => hash).toSorted()).toEqual(['#pass=t3', '#pass=t4'])
})

test('a forward that opens after the app has closed is closed at once, and none is told', async () => {
  const { forwards, asked, sessions, letIn } = forwardsTo({ ...away, signsIn: true }, {})
  const opening = forwards.open({ serverId: 's1' }, options)
  await expect.poll(() => asked.length).toBe(1)
  forwards.close()
  letIn()
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
  expect(sessions.every(({ isOpen }) => !isOpen)).toBe(true)
})

test('a click that is called off alone calls the opening off, and the next one opens anew', async () => {
  const { forwards, asked, sessions, letIn } = forwardsTo({ ...away, signsIn: true }, {})
  const stop = new AbortController()
  const first = forwards.open({ serverId: 's1' }, { signal: stop.signal })
  await expect.poll(() => asked.length).toBe(1)
  stop.abort(new Error('left'))
  await expect(first).rejects.toThrow('left')
  letIn()
  await forwards.open({ serverId: 's1' }, options)
  expect(sessions.map(({ isOpen }) => isOpen)).toEqual([false, true])
})

test.each([
  '@elsewhere.example',
  '.elsewhere.example',
  ':1@elsewhere.example/',
  '/web?x',
  '/web#x',
  '/we b',
  '/',
  'web',
  '/控制台',
])('a console whose path is %j is none: its address would be another one’s', (path) => {
  const pass = { token: 't', expiresAtMs: 1, port: 8080, isTls: true, path }
  expect(consolePass.safeParse(pass).success).toBe(false)
})

test.each(['', '/web', '/nps/console', '/~a.b-c_d'])('a console may have the path %j', (path) => {
  const pass = { token: 't', expiresAtMs: 1, port: 8080, isTls: true, path }
  expect(consolePass.safeParse(pass).success).toBe(true)
})
