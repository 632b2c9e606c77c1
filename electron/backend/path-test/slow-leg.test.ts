import { expect, test } from 'vitest'
import type { PathLeg, PathLegName } from '@nps-desktop/electron/contract'
import { slowLeg } from './slow-leg.ts'

function leg(name: PathLegName, roundTripMs: number, mbit: number | null, variesMs = 1): PathLeg {
  const speed = mbit === null ? null : (mbit * 1_000_000) / 8
  const measured = { roundTripMs, variesMs, downBytesPerSecond: speed, upBytesPerSecond: speed }
  return { leg: name, measured, failure: null }
}
const service = leg('service', 1, null)

test.each([
  ['under a fifth of the best speed', [leg('server', 12, 41), leg('lab', 20, 6), service], 'lab'],
  ['over twice the others', [leg('server', 90, 41), leg('lab', 34, 38), service], 'server'],
  ['whose round trips jump about', [leg('server', 40, 41, 60), leg('lab', 34, 38), service], 'server'],
  [
    'a service that takes long',
    [leg('server', 12, 41), leg('lab', 20, 38), leg('service', 400, null)],
    'service',
  ],
] as const)('slow is a leg %s', (_why, legs, slow) => expect(slowLeg(legs)).toBe(slow))

test('no leg is slow where none stands out, where the difference is not felt, or where only one is known', () => {
  expect(slowLeg([leg('server', 12, 41), leg('lab', 20, 38), service])).toBeNull()
  expect(slowLeg([leg('server', 1, 900), leg('lab', 12, 800), service])).toBeNull()
  const unknown: PathLeg = { leg: 'lab', measured: null, failure: null }
  expect(slowLeg([leg('server', 120, 5), unknown])).toBeNull()
  expect(slowLeg([])).toBeNull()
})
