import type { PortReport } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { portCandidates } from './port-candidates.ts'

const report: PortReport = {
  range: { from: 7000, to: 7149 },
  bridge: { port: 8024, state: 'open', ms: 1 },
  cells: [
    { from: 7000, to: 7049, tried: 50, open: 0, state: 'no-answer' },
    { from: 7050, to: 7099, tried: 50, open: 49, state: 'open' },
    { from: 7100, to: 7149, tried: 0, open: 0, state: 'untried' },
  ],
  tried: 100,
  open: 49,
  noAnswer: 50,
  closedOnServer: 0,
  used: [{ port: 7050, program: 'nginx' }],
  cause: 'security-group',
  hostFirewall: null,
  provider: null,
  checkedAtMs: 1,
}

test('the lowest port that is open, not used by a program and not taken by a tunnel', () => {
  const [first] = portCandidates({ range: report.range, report, taken: new Set([7051]) })
  expect(first).toBe(7052)
})

test('without a report every free port of the range counts', () => {
  const range = { from: 7000, to: 7002 }
  expect([...portCandidates({ range, report: null, taken: new Set([7001]) })]).toEqual([7000, 7002])
})

test('a range without an open port gives none', () => {
  const range = { from: 7000, to: 7049 }
  expect([...portCandidates({ range, report, taken: new Set() })]).toEqual([])
})
