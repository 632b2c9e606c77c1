import { expect, test } from 'vitest'
import { RelayError } from '../api/errors.ts'
import { reasonOfFailure, reasonOfNetworks } from './by-relay-reason.ts'

const noRouter = { own: false, theirs: false }

test.each([
  ['nothing is known of the networks', undefined, 'networks'],
  ['the relay answers by UDP', { hearsRelay: true, hasPortPerPeer: noRouter }, 'networks'],
  ['the relay has no UDP port', { hearsRelay: undefined, hasPortPerPeer: noRouter }, 'networks'],
  ['the relay does not answer by UDP', { hearsRelay: false, hasPortPerPeer: noRouter }, 'no-udp'],
  [
    'this router changes ports',
    { hearsRelay: true, hasPortPerPeer: { own: true, theirs: true } },
    'router-here',
  ],
  ['the other one does', { hearsRelay: true, hasPortPerPeer: { own: false, theirs: true } }, 'router-there'],
] as const)('a search in vain, where %s', (_, seen, reason) => expect(reasonOfNetworks(seen)).toBe(reason))

test.each([
  ['direct-off', 'off-server'],
  ['direct-limited', 'limited'],
  ['direct-declined', 'off-lab'],
  ['mode-unsupported', 'older'],
  ['limit-reached', 'busy'],
  ['target-denied', 'busy'],
  ['relay-unreachable', 'unanswered'],
] as const)('the answer %s', (code, reason) => expect(reasonOfFailure(new RelayError(code, ''))).toBe(reason))
