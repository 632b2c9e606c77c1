import { describe, expect, it } from 'vitest'
import { newAccount } from './account-draft.ts'
import { draftOf, emptyDraft, isComplete, valuesOf, wrongFields, type TunnelDraft } from './tunnel-draft.ts'

const draft = (change: Partial<TunnelDraft>): TunnelDraft => ({ ...emptyDraft(), name: 'one', ...change })

describe('a tunnel as it is typed', () => {
  it('is complete when its mode has what it needs', () => {
    expect(isComplete(draft({}))).toBe(false)
    expect(isComplete(draft({ target: '127.0.0.1:22' }))).toBe(true)
    expect(isComplete(draft({ mode: 'socks5' }))).toBe(true)
    expect(isComplete(draft({ mode: 'file' }))).toBe(false)
    expect(isComplete(draft({ mode: 'file', folder: '/data' }))).toBe(true)
    expect(isComplete(draft({ mode: 'host', target: 'a:1' }))).toBe(false)
    expect(isComplete(draft({ mode: 'host', target: 'a:1', hostName: '*.lab.example.com' }))).toBe(true)
  })

  it('never asks for half an account', () => {
    const wrongOf = (...accounts: [name: string, password: string][]) =>
      wrongFields(draft({ mode: 'socks5', accounts: accounts.map((one) => newAccount(...one)) }))
    expect(wrongOf(['ana', ''])).toEqual(['password'])
    expect(wrongOf(['', 'x'])).toEqual(['user'])
    expect(wrongOf(['', ''])).toEqual([])
    expect(wrongOf(['ana', 'x'], ['', ''])).toEqual(['user', 'password'])
    expect(wrongOf(['ana', 'x'], ['bob', 'y'.repeat(256)])).toEqual(['password'])
    expect(wrongOf(['ana', 'x'], ['bob', 'y'])).toEqual([])
    expect(wrongFields(draft({ mode: 'private', target: 'a:1', password: 'x' }))).toEqual([])
  })

  it('has every user of the tunnel, each to be renamed, given a new password, added or removed', () => {
    const users = ['ana', 'bob', 'eve'].map((name) => ({ name, password: `of ${name}` }))
    const source = { name: 'one', mode: 'socks5', port: 7001, target: '', settings: { users }, limits: {} }
    const typed = draftOf({ ...source, mode: 'socks5' })
    expect(valuesOf(typed, { users }).settings).toEqual({ users })
    const [ana, , eve] = typed.accounts
    if (ana) ana.name = 'anna'
    if (eve) eve.password = 'new'
    typed.accounts.splice(1, 1)
    typed.accounts.push(newAccount('zoe', 'z'))
    expect(valuesOf(typed, { users }).settings.users).toEqual([
      { name: 'anna', password: 'of ana' },
      { name: 'eve', password: 'new' },
      { name: 'zoe', password: 'z' },
    ])
  })

  it('becomes what the relay takes, and keeps what the form does not show', () => {
    expect(valuesOf(draft({ target: 'a:1, b:2', port: '7001' }), { listenIp: '10.0.0.1' })).toEqual({
      name: 'one',
      target: 'a:1,b:2',
      port: 7001,
      settings: { listenIp: '10.0.0.1' },
      limits: {},
    })
    expect(valuesOf(draft({ mode: 'socks5', accounts: [newAccount('ana', 'x')], port: '' }))).toEqual({
      name: 'one',
      target: '',
      settings: { users: [{ name: 'ana', password: 'x' }] },
      limits: {},
    })
    const host = { name: 'old.example.com', path: '/', scheme: 'https' as const, hostHeader: 'board' }
    expect(valuesOf(draft({ mode: 'host', target: 'a:1', hostName: 'new.example.com' }), { host })).toEqual({
      name: 'one',
      target: 'a:1',
      settings: { host: { ...host, name: 'new.example.com' } },
      limits: {},
    })
  })

  it('has a certificate with its key or none, a header and a health check where its mode takes them', () => {
    const web = { mode: 'host', target: 'a:1', hostName: 'lab.example.com' } as const
    expect(wrongFields(draft({ ...web, certFile: '/etc/c.pem' }))).toEqual(['certificate'])
    const whole = draft({ ...web, certFile: '/etc/c.pem', keyFile: '/etc/k.pem', redirects: true })
    expect(valuesOf({ ...whole, checksHealth: true }).settings).toMatchObject({
      host: { certFile: '/etc/c.pem', keyFile: '/etc/k.pem', redirectToHttps: true },
      health: { type: 'tcp', intervalMs: 10_000 },
    })
    expect(valuesOf(draft({ target: 'a:1', sayWho: 'v2' })).settings).toEqual({ proxyProtocol: 'v2' })
    expect(valuesOf(draft({ target: 'a:1' }), { proxyProtocol: 'v2' }).settings).toEqual({})
  })
})
