import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { Signal } from '@nps-desktop/relay-core/async'
import { RelayError } from '@nps-desktop/relay-core/api'
import { silentLog } from '@nps-desktop/relay-core/log'
import type { RelayConnection } from '@nps-desktop/relay-core/api-client'
import { Secret } from '@nps-desktop/relay-core/secret'
import { afterEach, expect, test } from 'vitest'
import { MemoryRelay } from '../../testing/memory-relay.ts'
import { ServerLink } from './server-link.ts'

let link: ServerLink | undefined
afterEach(() => link?.close())

function linkTo(connect: () => Promise<RelayConnection>) {
  const clock = new ManualClock()
  const changed = new Signal()
  let attempts = 0
  const made = new ServerLink({
    name: 'cloud',
    address: () => Promise.resolve({ host: 'cloud', port: 8024, adminKey: new Secret('k') }),
    connect: () => {
      attempts += 1
      return connect()
    },
    clock,
    random: () => 0.5,
    log: silentLog,
    changed: () => changed.emit(),
    traffic: () => undefined,
  })
  link = made
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return
        subscription[Symbol.dispose]()
        resolve()
      }
      const subscription = changed.subscribe(look)
      look()
    })
  made.start()
  return { link: made, clock, until, attempts: () => attempts }
}

const refused = () => Promise.reject(new RelayError('relay-unreachable', 'refused', {}))

test('it is tried again when its wait is over, and not before', async () => {
  const { link: one, clock, until, attempts } = linkTo(refused)
  await until(() => one.state.state === 'waiting')
  expect(one.state).toMatchObject({ attempt: 1, retryAtMs: clock.now() + 700 })
  clock.advance(699)
  expect(attempts()).toBe(1)
  clock.advance(1)
  await until(() => one.state.state === 'waiting' && one.state.attempt === 2)
  expect(attempts()).toBe(2)
})

test('a network change does not wait for the next try', async () => {
  const relay = new MemoryRelay()
  let reachable = false
  const { link: one, until } = linkTo(() => (reachable ? Promise.resolve(relay.connection()) : refused()))
  await until(() => one.state.state === 'waiting')
  reachable = true
  one.retryNow()
  await until(() => one.state.state === 'online')
  await until(() => one.mirror.answeredAtMs !== null)
  expect(one.notOnlineSinceMs).toBeNull()
})

test('what the relay tells is mirrored; once the link is lost, who is online is no longer known', async () => {
  const relay = new MemoryRelay()
  const { link: one, until } = linkTo(() => Promise.resolve(relay.connection()))
  await until(() => one.mirror.clients !== null && one.mirror.tunnels !== null)
  relay.end('the relay no longer answers')
  await until(() => one.state.state === 'waiting')
  expect(one.state).toMatchObject({ failure: { code: 'relay-unreachable', params: { host: 'cloud' } } })
  expect(one.mirror.clients).toBeNull()
  expect(one.mirror.tunnels).toEqual([])
})

test('a key that is refused is not tried again by itself, only when somebody asks', async () => {
  const wrongKey = () => Promise.reject(new RelayError('wrong-admin-key', 'refused', {}))
  const { link: one, clock, until, attempts } = linkTo(wrongKey)
  await until(() => one.state.state === 'failed')
  clock.advance(3_600_000)
  expect(attempts()).toBe(1)
  one.retryNow()
  await until(() => attempts() === 2)
})

test('closing in the middle of an attempt ends it', async () => {
  const { link: one } = linkTo(
    () => new Promise((_resolve, reject) => setImmediate(reject, new Error('late'))),
  )
  await one.close()
  expect(one.api).toBeNull()
})
