import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import { silentLog } from '../../log/log.ts'
import { visitId } from '../../native/proofs.ts'
import { StoreFolder } from '../../testing/store-folder.ts'
import type { Store } from '../store/store.ts'
import { TunnelConnection } from '../tunnels/tunnel-connection.ts'
import { GuestPasses } from './guest-passes.ts'

const t0 = Date.UTC(2026, 0, 5, 10)
const hourMs = 3_600_000
let state: StoreFolder
let store: Store
let nowMs: number
let tunnel: RelayTunnel
let opened: GuestPasses[] = []

beforeEach(() => {
  state = new StoreFolder(t0)
  store = state.store
  nowMs = t0
  const client = store.clients.add({ name: 'lab', vkey: 'k'.repeat(32) }, t0)
  const wish = { clientId: client.id, name: 'web', mode: 'tcp', port: 7001, target: '127.0.0.1:80' } as const
  const stored = store.tunnels.add({ ...wish, limits: { allow: ['203.0.113.7'] } }, t0)
  tunnel = { ...stored, downTargets: [], status: { state: 'listening' }, connections: 0 }
})
afterEach(() => {
  for (const passes of opened) passes.close()
  opened = []
  state[Symbol.dispose]()
})

function open(hasTunnel = (id: number) => store.tunnels.get(id) !== undefined): GuestPasses {
  const passes = new GuestPasses({
    store: store.passes,
    hasTunnel,
    onUse: () => undefined,
    log: silentLog,
    now: () => nowMs,
  })
  opened.push(passes)
  return passes
}

const place = () => ({ tunnel, clientLimits: {} })

/** A connection of the guest who has this secret. */
function enter(passes: GuestPasses, secret: string | null): TunnelConnection {
  const guest = passes.ofLine(visitId(secret ?? ''))?.guest
  const connection = new TunnelConnection({
    id: 1,
    tunnelId: tunnel.id,
    visitor: '203.0.113.7:1234',
    address: '203.0.113.7',
    openedAtMs: t0,
    allowances: [],
    count: () => undefined,
    onLeave: () => guest?.left(connection),
  })
  guest?.entered(connection)
  return connection
}

test('passes outlive a restart, what was revoked or is over does not', () => {
  const first = open()
  const wish = { name: 'A labmate', expiresAtMs: t0 + hourMs }
  const kept = first.add(wish, place())
  const revoked = first.add(wish, place())
  const short = first.add({ ...wish, expiresAtMs: t0 + 1_000 }, place())
  const here = first.add({ ...wish, address: '2001:db8::17' }, place())
  first.revoke(revoked.pass.id)

  nowMs += 2_000
  const second = open()
  expect(second.list().map(({ id }) => id)).toEqual([kept.pass.id, here.pass.id])
  const found = (secret: string | null) => second.ofLine(visitId(secret ?? ''))
  expect(found(kept.secret)).toMatchObject({ secret: kept.secret, tunnelId: tunnel.id })
  expect(found(revoked.secret)).toBeUndefined()
  expect(found(short.secret)).toBeUndefined()
  // the whole home network, whose addresses change
  expect(second.ofAddress(tunnel.id, '2001:db8::abcd')).toBeDefined()
  expect(second.ofAddress(tunnel.id, '2001:db8:0:1::17')).toBeUndefined()
  expect(second.ofAddress(tunnel.id + 1, '2001:db8::17')).toBeUndefined()
})

test('no line is made for a service that wants to be told each visitor’s address', () => {
  const tells = { ...tunnel, settings: { proxyProtocol: 'v1' } } as const
  const wish = { name: 'A labmate', expiresAtMs: t0 + hourMs }
  expect(() => open().add(wish, { tunnel: tells, clientLimits: {} })).toThrow(/PROXY/)
})

test('a pass that a tunnel cannot have is refused with the reason', () => {
  const line = { name: 'A labmate', expiresAtMs: t0 + hourMs }
  const here = { ...line, address: '198.51.100.1' }
  const refusal = (wish: typeof line, changed: Partial<RelayTunnel>) => () =>
    open().add(wish, { tunnel: { ...tunnel, ...changed }, clientLimits: {} })
  expect(refusal(line, { mode: 'udp' })).toThrow(/^Tunnel 1 is of mode udp: only tcp and private/)
  expect(refusal(here, { mode: 'private' })).toThrow(/^Tunnel 1 is private: it has no port/)
  expect(refusal(here, { limits: {} })).toThrow(/^Tunnel 1 lets every address in already/)
})

test('a pass lets nobody in from its last moment on, also before it has been cleared away', () => {
  const passes = open()
  const { secret } = passes.add({ name: 'A labmate', expiresAtMs: t0 + hourMs }, place())
  passes.add({ name: 'A reviewer', expiresAtMs: t0 + hourMs, address: '198.51.100.1' }, place())
  const lets = () => [
    passes.ofLine(visitId(secret ?? '')),
    passes.ofAddress(tunnel.id, '::ffff:198.51.100.1'),
  ]
  nowMs = t0 + hourMs - 1
  expect(lets().every((found) => found !== undefined)).toBe(true)
  nowMs = t0 + hourMs
  expect(lets()).toEqual([undefined, undefined])
  passes.review()
  expect(passes.list()).toEqual([])
  expect(store.passes.list()).toEqual([])
})

test('a revoked pass can be restored for a minute', () => {
  const passes = open()
  const wish = { name: 'A labmate', expiresAtMs: t0 + hourMs, address: '198.51.100.1' }
  const { pass } = passes.add(wish, place())
  expect(() => passes.add(wish, place())).toThrow(/already/)
  passes.revoke(pass.id)
  expect(passes.ofAddress(tunnel.id, '198.51.100.1')).toBeUndefined()
  nowMs += 59_000
  expect(passes.restore(pass.id)).toEqual(pass)
  expect(passes.ofAddress(tunnel.id, '198.51.100.1')).toBeDefined()
  passes.revoke(pass.id)
  const next = passes.add(wish, place())
  expect(() => passes.restore(pass.id)).toThrow(/already/)
  nowMs += 60_000
  passes.review()
  expect(passes.list()).toEqual([next.pass])
  expect(() => passes.restore(pass.id)).toThrow(/no guest pass/)
})

test('what a guest has carried is saved while the guest is still there', () => {
  const passes = open()
  const { pass, secret } = passes.add({ name: 'A labmate', expiresAtMs: t0 + hourMs }, place())
  const connection = enter(passes, secret)
  const save = () => {
    const uses = passes.unsaved()
    for (const use of uses) store.passes.setUse(use)
    passes.saved(uses)
    return store.passes.list().map(({ id, bytes }) => [id, bytes])
  }
  connection.count('down', 10)
  expect(save()).toEqual([[pass.id, 10]])
  connection.count('up', 5)
  expect(save()).toEqual([[pass.id, 15]])
  connection.leave()
  expect(save()).toEqual([[pass.id, 15]])
  expect(passes.unsaved()).toEqual([])
})

const full = (): never => {
  throw new RelayError('disk-full', 'the disk is full', {})
}

test('a pass that was revoked while the state could not be written is not good again after a restart', () => {
  const passes = open()
  const wish = { name: 'A labmate', expiresAtMs: t0 + hourMs }
  const [revoked, ended] = [passes.add(wish, place()), passes.add({ ...wish, expiresAtMs: t0 + 1 }, place())]
  const remove = store.passes.remove.bind(store.passes)
  store.passes.remove = full
  expect(() => passes.revoke(revoked.pass.id)).toThrow(/full/)
  nowMs += 2 * 60_000
  passes.review()
  expect(passes.list()).toEqual([])
  expect(store.passes.list().map(({ id }) => id)).toEqual([revoked.pass.id, ended.pass.id])
  store.passes.remove = remove
  passes.review()
  expect(store.passes.list()).toEqual([])
})

test('a pass that is restored before the state could be written is good, and stays', () => {
  const passes = open()
  const { pass, secret } = passes.add({ name: 'A labmate', expiresAtMs: t0 + hourMs }, place())
  const remove = store.passes.remove.bind(store.passes)
  store.passes.remove = full
  expect(() => passes.revoke(pass.id)).toThrow(/full/)
  passes.restore(pass.id)
  store.passes.remove = remove
  passes.review()
  expect(open().ofLine(visitId(secret ?? ''))).toBeDefined()
})

test('a state that cannot be read now does not end the relay, nor a pass', () => {
  let isLocked = false
  const hasTunnel = () => {
    if (isLocked) throw new RelayError('state-locked', 'a backup', {})
    return true
  }
  const passes = open(hasTunnel)
  const { pass } = passes.add({ name: 'A labmate', expiresAtMs: t0 + hourMs }, place())
  isLocked = true
  passes.review()
  expect(passes.list()).toEqual([pass])
})

test('a state that cannot be written does not keep a guest in', () => {
  const passes = open()
  const { pass, secret } = passes.add({ name: 'A labmate', expiresAtMs: t0 + hourMs }, place())
  const remove = store.passes.remove.bind(store.passes)
  store.passes.remove = full
  expect(() => passes.revoke(pass.id)).toThrow(/full/)
  expect(passes.ofLine(visitId(secret ?? ''))).toBeUndefined()
  store.passes.remove = remove
  passes.revoke(pass.id)
  expect(store.passes.list()).toEqual([])
})

test('a clock that is set forward past the end of a pass ends its connections within a minute', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const passes = open()
  const { secret } = passes.add({ name: 'A labmate', expiresAtMs: t0 + 20 * hourMs }, place())
  const connection = enter(passes, secret)
  const end = vi.spyOn(connection, 'end')
  vi.advanceTimersByTime(60_000)
  expect(end).not.toHaveBeenCalled()
  nowMs = t0 + 21 * hourMs
  vi.advanceTimersByTime(60_000)
  expect(end).toHaveBeenCalledOnce()
  expect(passes.list()).toEqual([])
})
