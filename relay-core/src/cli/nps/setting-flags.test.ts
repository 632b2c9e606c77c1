import { expect, it } from 'vitest'
import { readSettings } from './setting-flags.ts'

it('reads users, and takes them away only when told so', () => {
  const users = [
    { name: 'ada', password: 'a:b' },
    { name: 'bob', password: 'c' },
  ]
  expect(readSettings({ user: 'ada:a:b,bob:c' }, {})).toEqual({ users })
  expect(readSettings({}, { users })).toEqual({ users })
  expect(readSettings({ user: 'off' }, { users })).toEqual({})
  for (const user of ['', 'ada', 'ada:', ':c', 'ada:a,']) {
    expect(() => readSettings({ user }, { users })).toThrow('-user needs name:password')
  }
})

it('a host from flags, changed and taken away flag by flag', () => {
  const flags = { host: 'lab.example.com', path: '/x', header: 'X-A: b:c\nX-D: e', redirect: true }
  const { host } = readSettings(flags, {})
  expect(host).toEqual({
    name: 'lab.example.com',
    path: '/x',
    scheme: 'all',
    setHeaders: { 'X-A': 'b:c', 'X-D': 'e' },
    redirectToHttps: true,
  })
  expect(readSettings({}, { host }).host).toEqual(host)
  const { setHeaders: _, ...rest } = host ?? { name: '' }
  expect(readSettings({ header: '', paused: true }, { host }).host).toEqual({ ...rest, isPaused: true })
})

it.each([
  [{ host: 'a b' }, '-host is not'],
  [{ path: '/x' }, '-host is not'],
  [{ host: 'a.b', scheme: 'ftp' }, '-scheme is not'],
  [{ host: 'a.b', path: 'x' }, '-path is not'],
  [{ host: 'a.b', header: 'nonsense' }, '-header needs lines'],
  [{ host: 'a.b', header: 'Content-Length: 5' }, '-header is not'],
  [{ host: 'a.b', host_header: 'a\r\nX: y' }, '-host_header is not'],
])('%o is refused by the name of the flag', (flags, message) => {
  expect(() => readSettings(flags, {})).toThrow(message)
})
