import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { runtimeRange, sharedData } from './runtime-range.ts'

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

const tables = randomBytes(4_500_000)
const withTables = (before: number, after: number) =>
  Buffer.concat([randomBytes(before), tables, randomBytes(after)])

it('finds what two runtimes hold at different places, to the byte', () => {
  expect(sharedData(withTables(70_000, 2_000_000), withTables(3_000_001, 5))).toEqual([
    { start: 70_000, end: 4_570_000 },
    { start: 3_000_001, end: 7_500_001 },
  ])
})

it('finds what both begin and end with', () => {
  const range = { start: 0, end: tables.length }
  expect(sharedData(tables, tables)).toEqual([range, range])
})

it('is not misled by a shorter stretch that comes first', () => {
  const zeros = Buffer.alloc(2_000_000)
  const [first, second] = [withTables(1, 0), withTables(0, 1)].map((one) => Buffer.concat([zeros, one]))
  const [{ start }] = sharedData(first ?? tables, second ?? tables)
  expect(start).toBe(2_000_001)
})

it('is refused where they have less than 4 MiB in common', () => {
  const few = tables.subarray(0, 4_000_000)
  expect(() => sharedData(few, Buffer.concat([few, randomBytes(1_000_000)]))).toThrow('4000000 bytes')
})
