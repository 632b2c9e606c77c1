import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { runtimeRange } from './runtime-range.ts'

const runtime = randomBytes(100_000)
const program = (header: string, bundleBytes: number) =>
  Buffer.concat([Buffer.from(header.padEnd(4096)), runtime, randomBytes(bundleBytes)])

it('is what lies between the headers and the bundles, in whole pages', () => {
  const { start, end } = runtimeRange(program('nps', 5000), program('npc', 9000))
  expect(start).toBe(4096)
  expect(end).toBe(4096 + 24 * 4096)
})

it('ends where the shorter one ends', () => {
  const nps = program('nps', 0)
  expect(runtimeRange(nps, Buffer.concat([nps, randomBytes(9000)])).end).toBe(4096 + 24 * 4096)
})

it('is refused where the programs have little in common', () => {
  expect(() => runtimeRange(program('nps', 90_000), program('npc', 90_000))).toThrow('in common')
})
