import type { Failure } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { initialLink, type LinkState, nextLink } from './link-state.ts'

const unreachable: Failure = { code: 'relay-unreachable', params: {}, message: 'no answer', fixes: [] }
const changed: Failure = {
  code: 'server-identity-changed',
  params: { host: 'srv', port: 8024 },
  message: 'changed',
  fixes: [],
}

function fail(link: LinkState, failure = unreachable): LinkState {
  return nextLink(link, { type: 'failed', failure, atMs: 1_000, jitter: 0.5 })
}

test('attempts are counted from one until the link is online', () => {
  const first = fail(initialLink)
  expect(first).toMatchObject({ state: 'waiting', attempt: 1, failure: unreachable })
  const second = nextLink(first, { type: 'dialling' })
  expect(second).toEqual({ state: 'connecting', attempt: 2 })
  expect(fail(second)).toMatchObject({ attempt: 2 })
})

test('a lost link starts counting from one again', () => {
  const online = nextLink({ state: 'connecting', attempt: 9 }, { type: 'connected', atMs: 5 })
  expect(online).toEqual({ state: 'online', sinceMs: 5, roundTripMs: null })
  const lost = fail(nextLink(online, { type: 'answered', roundTripMs: 12 }))
  expect(lost).toMatchObject({ state: 'waiting', attempt: 0, retryAtMs: 1_700 })
  expect(nextLink(lost, { type: 'dialling' })).toEqual({ state: 'connecting', attempt: 1 })
})

test('a changed identity is not tried again, and a late answer does not revive the link', () => {
  const failed = fail(initialLink, changed)
  expect(failed).toEqual({ state: 'failed', failure: changed })
  expect(nextLink(failed, { type: 'answered', roundTripMs: 1 })).toBe(failed)
})
