import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { compressed } from './compressed.ts'

/** Longer than one piece. */
const bytes = Buffer.alloc(9 * 1024 * 1024, 'runtime ')

it('makes one part for each stretch between the cuts, which unpacks by itself and before the next', async () => {
  const cuts = [4096, 8_800_000]
  const parts = await compressed(bytes, 'gz', cuts)
  const stretches = [bytes.subarray(0, 4096), bytes.subarray(4096, 8_800_000), bytes.subarray(8_800_000)]
  expect(parts.map((part, index) => gunzipSync(part).equals(stretches[index] ?? bytes))).toEqual([
    true,
    true,
    true,
  ])
  expect(gunzipSync(Buffer.concat(parts)).equals(bytes)).toBe(true)
})

it('makes an empty part where two cuts are the same, and one of all without cuts', async () => {
  const [first, between, rest] = await compressed(bytes, 'gz', [4096, 4096])
  expect(between).toHaveLength(0)
  expect(gunzipSync(Buffer.concat([first ?? bytes, rest ?? bytes])).equals(bytes)).toBe(true)
  expect(await compressed(bytes, 'gz')).toHaveLength(1)
})

it('makes the same of the same bytes, wherever they lie', async () => {
  const shifted = Buffer.concat([Buffer.alloc(5000, 'before '), bytes])
  const [, here] = await compressed(shifted, 'gz', [5000])
  expect(here?.equals(Buffer.concat(await compressed(bytes, 'gz')))).toBe(true)
})
