import { expect, test } from 'vitest'
import { TransferRate } from './transfer-rate.ts'

test('the rate is that of the last seconds', () => {
  const rate = new TransferRate()
  expect(rate.bytesPerSecond(0)).toBe(0)
  for (let second = 0; second <= 20; second++) rate.note(second * 1000, second * 1_000_000)
  expect(rate.bytesPerSecond(20_000)).toBe(1_000_000)
  for (let second = 21; second <= 40; second++)
    rate.note(second * 1000, 20_000_000 + (second - 20) * 3_000_000)
  expect(rate.bytesPerSecond(40_000)).toBe(3_000_000)
})

test('a stall brings it down, and a copy that begins anew leaves no rate below nothing', () => {
  const rate = new TransferRate()
  rate.note(0, 0)
  rate.note(1000, 4_000_000)
  expect(rate.bytesPerSecond(4000)).toBe(1_000_000)
  rate.note(5000, 0)
  expect(rate.bytesPerSecond(5000)).toBe(0)
})
