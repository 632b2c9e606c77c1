import { expect, it } from 'vitest'
import type { ComparedPair } from './compared-pair.ts'
import type { Measured } from './figures.ts'
import { report, type Report } from './report.ts'
import { Results } from './results.ts'

const pair = (name: string): ComparedPair => ({
  name,
  what: `what ${name} is`,
  comesBack: true,
  missing: () => undefined,
  start: () => Promise.reject(new Error('it is not started here')),
})

function reported(measured: Record<string, Measured>, rest: Partial<Report> = {}): string {
  const results = new Results()
  for (const [name, ofPair] of Object.entries(measured)) results.add(name, ofPair)
  const pairs = Object.keys(measured).map(pair)
  return report({ results, pairs, leftOut: [], rounds: 3, machine: 'a machine', ...rest })
}

it('has a line for each figure that was measured, and a column for each pair', () => {
  const text = reported({
    ours: { up: 482.4, deadLink: 9, idleP50: 0.217 },
    frp: { up: 353, deadLink: null },
    'ssh -R': { idleP50: 0.2 },
  })
  expect(text).toContain(
    [
      '|  |  | ours | frp | ssh -R |',
      '| --- | --- | --: | --: | --: |',
      '| one stream, to the lab | MB/s | 482 | 353 |  |',
      '| round trip of a byte, idle, p50 | ms | 0.22 |  | 0.20 |',
      '| dead link: until a new visitor is told | s | 9.0 | > 12 |  |',
      '',
      '* **ours**: what ours is',
      '* **frp**: what frp is',
      '* **ssh -R**: what ssh -R is',
      '',
    ].join('\n'),
  )
})

it('says when, on what and how often it was measured', () => {
  expect(reported({})).toMatch(/^\d{4}-\d\d-\d\d, a machine\nMedians of 3 rounds, /)
  expect(reported({}, { rounds: 1 })).toContain('Medians of 1 round, ')
})

it('judges the goals that it can', () => {
  const text = reported({
    ours: { streams: 160, idleP50: 3, pacedP50: 1 },
    frp: { streams: 100, idleP50: 2 },
  })
  expect(text).toContain(
    [
      '| goal | measured |  |',
      '| --- | --: | --- |',
      '| 32 streams from the lab, together ≥ 1.6 × frp | 1.60 × | yes |',
      '| round trip of a byte, idle, p50 ≤ 1 × frp | 1.50 × | **no** |',
      '',
    ].join('\n'),
  )
  expect(reported({ frp: { streams: 1 } })).not.toContain('| goal |')
})

it('names what was left out, and why', () => {
  expect(reported({}, { leftOut: ['rathole: not installed', 'frp, round 2: no answer'] })).toContain(
    'Left out:\n\n* rathole: not installed\n* frp, round 2: no answer\n',
  )
  expect(reported({})).not.toContain('Left out')
})
