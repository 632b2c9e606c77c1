import { EventEmitter } from 'node:events'
import type { Client } from 'ssh2'
import { afterEach, expect, it, vi } from 'vitest'
import { SshConnection } from './ssh-connection.ts'
import { dialFailure, dialTimeout } from './ssh-errors.ts'

const at = (host: string) => ({ host, port: 22, user: 'li' })

it.each(['10.20.3.7', '192.168.1.10', '172.31.0.1', '100.64.0.9', 'fd00::1'])(
  'a lab that does not answer on %s is out of reach, not behind a security group',
  (host) => {
    expect(dialTimeout(at(host), 10_000).code).toBe('ssh-private-network')
    const noRoute = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })
    expect(dialFailure(noRoute, at(host)).code).toBe('ssh-private-network')
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    expect(dialFailure(refused, at(host)).code).toBe('ssh-refused')
  },
)

it.each(['120.1.1.2', '172.32.0.1', '2001:db8::1', 'gpu.example.com'])('%s is told as before', (host) => {
  expect(dialTimeout(at(host), 10_000).code).toBe('ssh-timeout')
})

afterEach(() => vi.useRealTimers())

it('a server that opens no channel is asked often at first, then seldom, and given up after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const client = Object.assign(new EventEmitter(), { end: () => client, destroy: () => client })
  const connection = new SshConnection({ host: 'h', port: 22, user: 'u' }, client as Client)
  const channel = Object.assign(new EventEmitter(), { destroy: () => undefined })
  const askedAtMs: number[] = []
  const opened = connection
    .hold<typeof channel>(
      (_client, done) => {
        askedAtMs.push(performance.now())
        done(new Error('(SSH) Channel open failure: open failed'), channel)
      },
      { mayMove: false, signal: new AbortController().signal },
    )
    .catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await opened).toMatchObject({ code: 'ssh-session-refused', params: { said: 'open failed' } })
  const [firstMs = 0] = askedAtMs
  expect(askedAtMs.filter((atMs) => atMs < firstMs + 1_000)).toHaveLength(20)
  expect(askedAtMs.filter((atMs) => atMs >= firstMs + 1_000).length).toBeLessThan(8)
  connection.close()
})
