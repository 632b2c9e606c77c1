import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { sharedData } from './shared-data.ts'

const tables = randomBytes(4_500_000)
const runtime = (before: number, after: number) =>
  Buffer.concat([randomBytes(before), tables, randomBytes(after)])

it('finds what two runtimes hold at different places, to the byte', () => {
  expect(sharedData(runtime(70_000, 2_000_000), runtime(3_000_001, 5))).toEqual([
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
  const [first, second] = [runtime(1, 0), runtime(0, 1)].map((one) => Buffer.concat([zeros, one]))
  const [{ start }] = sharedData(first ?? tables, second ?? tables)
  expect(start).toBe(2_000_001)
})

it('is refused where they have less than 4 MiB in common', () => {
  const few = tables.subarray(0, 4_000_000)
  expect(() => sharedData(few, Buffer.concat([few, randomBytes(1_000_000)]))).toThrow('4000000 bytes')
})
