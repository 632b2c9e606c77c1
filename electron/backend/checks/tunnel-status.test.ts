import type { Failure, Stop, Link } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import type { CheckResult } from './check-result.ts'
import { type TunnelFacts, tunnelStatus } from './tunnel-status.ts'

const now = 1_000_000

const ok = (name: Stop['name'], ms = 1): Stop => ({ name, state: 'ok', ms, failure: null })
const unknown = (name: Stop['name']): Stop => ({ name, state: 'unknown', ms: null, failure: null })
const refused: Failure = { code: 'target-refused', params: {}, message: 'refused', fixes: [] }

function good(atMs = now - 1_000): CheckResult {
  return { atMs, stops: [ok('port'), ok('lab'), ok('service')], ms: 12 }
}

function broken(atMs = now - 1_000): CheckResult {
  const service: Stop = { name: 'service', state: 'failed', ms: null, failure: refused }
  return { atMs, stops: [ok('port'), ok('lab'), service], ms: 0 }
}

const allGood: TunnelFacts = {
  nowMs: now,
  server: 'cloud',
  lab: 'a100',
  port: 7001,
  enabled: true,
  needsNetwork: true,
  changed: null,
  laptopOnline: true,
  laptopChangedAtMs: 1,
  link: { state: 'online', sinceMs: 1, roundTripMs: 20 },
  notOnlineSinceMs: null,
  serverAnsweredAtMs: now - 2_000,
  listening: { state: 'listening' },
  agent: { state: 'online', sinceMs: 1, address: 'x', version: '1', protocol: 'native', roundTripMs: 3 },
  result: good(),
  checkingSinceMs: null,
  brokenSinceMs: null,
}

const stateOf = (facts: Partial<TunnelFacts>) => tunnelStatus({ ...allGood, ...facts }).status
const stopsOf = (facts: Partial<TunnelFacts>) =>
  tunnelStatus({ ...allGood, ...facts })
    .stops.map((stop) => stop.state)
    .join(' ')

test('ready: all five stops answered, and the oldest answer counts', () => {
  expect(stateOf({})).toEqual({ state: 'ready', checkedAtMs: now - 2_000, ms: 12 })
  expect(stopsOf({})).toBe('ok ok ok ok ok')
})

test('green expires after 30 s: checking first, then not known since', () => {
  expect(stateOf({ result: good(now - 30_000) }).state).toBe('ready')
  expect(stateOf({ result: good(now - 30_001) })).toEqual({ state: 'checking', sinceMs: now - 1 })
  expect(stateOf({ result: good(now - 90_001) })).toEqual({ state: 'unknown', sinceMs: now - 90_001 })
  expect(stateOf({ serverAnsweredAtMs: now - 31_000 }).state).toBe('checking')
})

test('a broken tunnel names the stop, since when, and why; red expires, too', () => {
  const facts = { result: broken(), brokenSinceMs: 500 }
  expect(stateOf(facts)).toEqual({ state: 'broken', stop: 'service', sinceMs: 500, failure: refused })
  expect(stateOf({ ...facts, result: broken(now - 31_000) }).state).toBe('checking')
})

test('without the link nothing behind it is known, whatever the last check said', () => {
  const failure: Failure = { code: 'relay-unreachable', params: {}, message: 'no answer', fixes: [] }
  const link: Link = { state: 'away', sinceMs: 1, retryAtMs: now + 1, answering: false, failure, tried: [] }
  expect(stateOf({ link })).toEqual({ state: 'unknown', sinceMs: now - 2_000 })
  expect(stopsOf({ link })).toBe('ok failed unknown unknown unknown')
  const never = { link, serverAnsweredAtMs: null, notOnlineSinceMs: 77 }
  expect(stateOf(never)).toEqual({ state: 'unknown', sinceMs: 77 })
})

test('a break that is not told yet is a check; a server that answers again is asked although its card still stands', () => {
  expect(stateOf({ link: { state: 'checking', sinceMs: 77 } })).toEqual({ state: 'checking', sinceMs: 77 })
  expect(stopsOf({ link: { state: 'checking', sinceMs: 77 } })).toBe('ok checking unknown unknown unknown')
  const failure: Failure = { code: 'relay-unreachable', params: {}, message: 'no answer', fixes: [] }
  const back: Link = { state: 'away', sinceMs: 1, retryAtMs: null, answering: true, failure, tried: [] }
  expect(stateOf({ link: back }).state).toBe('ready')
})

test('a laptop without a network turns nothing red', () => {
  const facts = { laptopOnline: false, laptopChangedAtMs: 42, result: broken() }
  expect(stateOf(facts)).toEqual({ state: 'unknown', sinceMs: 42 })
  expect(stopsOf(facts)).toBe('unknown unknown unknown unknown unknown')
})

test('a server on this computer needs no network', () => {
  expect(stateOf({ laptopOnline: false, needsNetwork: false }).state).toBe('ready')
})

test('an agent that went offline breaks the tunnel at once, before any check', () => {
  const status = stateOf({ agent: { state: 'offline', sinceMs: 900 } })
  expect(status).toMatchObject({
    state: 'broken',
    stop: 'lab',
    sinceMs: 900,
    failure: { code: 'agent-offline' },
  })
  expect(stopsOf({ agent: { state: 'offline', sinceMs: 900 } })).toBe('ok ok ok failed unknown')
})

test('a port that the relay could not open is told by the relay itself', () => {
  const listening = {
    state: 'failed',
    failure: { code: 'port-taken', params: { holder: 'web' }, message: 'taken' },
  } as const
  expect(stateOf({ listening, result: null })).toMatchObject({
    state: 'broken',
    stop: 'port',
    failure: { code: 'port-taken', params: { holder: 'web', port: 7001, server: 'cloud' } },
  })
})

test('paused is what a person chose, as long as the server can be asked', () => {
  expect(stateOf({ enabled: false, result: null })).toEqual({ state: 'paused' })
  expect(stopsOf({ enabled: false, result: null })).toBe('ok ok unknown unknown unknown')
})

test('a new tunnel is being checked until the first answer', () => {
  expect(stateOf({ result: null, checkingSinceMs: now - 5 })).toEqual({ state: 'checking', sinceMs: now - 5 })
  expect(stopsOf({ result: null, checkingSinceMs: now - 5 })).toBe('ok ok checking checking checking')
})

test('a failed stop leaves those behind it unknown', () => {
  const port: Stop = { name: 'port', state: 'failed', ms: null, failure: refused }
  const result: CheckResult = { atMs: now, stops: [port, unknown('lab'), unknown('service')], ms: 0 }
  expect(stopsOf({ result })).toBe('ok ok failed unknown unknown')
  expect(stateOf({ result, agent: { state: 'offline', sinceMs: 1 } })).toMatchObject({ stop: 'port' })
})

test('a tunnel that goes past the server is ready while that is away, as long as its service has answered', () => {
  const failure: Failure = { code: 'relay-unreachable', params: {}, message: 'no answer', fixes: [] }
  const link: Link = { state: 'away', sinceMs: 1, retryAtMs: now + 1, answering: false, failure, tried: [] }
  const facts = { link, isDirect: true, serverAnsweredAtMs: now - 60_000 }
  expect(stateOf(facts)).toEqual({ state: 'ready', checkedAtMs: now - 1_000, ms: 12 })
  expect(stopsOf(facts)).toBe('ok failed ok ok ok')
  const silent = { ...facts, result: { ...good(now - 31_000), isDirect: true } }
  expect(stateOf(silent)).toEqual({ state: 'unknown', sinceMs: now - 31_000 })
  expect(stopsOf(silent)).toBe('ok failed unknown unknown unknown')
  // The direct way has ended.
  const ended = { ...facts, isDirect: false, result: { ...good(), isDirect: true } }
  expect(stateOf(ended)).toEqual({ state: 'unknown', sinceMs: now - 1_000 })
  expect(stateOf({ ...facts, result: broken() })).toMatchObject({ state: 'broken', stop: 'service' })
  expect(stateOf({ ...facts, agent: { state: 'offline', sinceMs: now - 5_000 } }).state).toBe('ready')
})
