import { expect, it } from 'vitest'
import { CarrierDialler } from './carrier-dialler.ts'

/** Notes when each dial began; a dial ends when `finish` is called, the oldest first. */
function dialler() {
  const begunMs: number[] = []
  const ends: (() => void)[] = []
  const reached = new Map<number, () => void>()
  const dials = new CarrierDialler(
    async () => {
      begunMs.push(performance.now())
      reached.get(begunMs.length)?.()
      await new Promise<void>((resolve) => ends.push(resolve))
    },
    () => undefined,
  )
  const begun = (count: number) =>
    begunMs.length >= count
      ? Promise.resolve()
      : new Promise<void>((resolve) => void reached.set(count, resolve))
  return { dials, begunMs, begun, finish: () => ends.shift()?.() }
}

it('begins a few dials together and spreads a crowd over the time that a thin line needs for it', async () => {
  const { dials, begunMs, begun } = dialler()
  dials.want(6)
  expect(begunMs).toHaveLength(6)
  dials.want(42)
  await begun(48)
  // 48 less the 8 that may begin together, 2 ms each; timers are early by less than a millisecond in all.
  expect((begunMs.at(-1) ?? 0) - (begunMs[0] ?? 0)).toBeGreaterThan(79)
  dials.close()
})

it('has no more than 48 dials under way, and begins the next when one has ended', async () => {
  const { dials, begunMs, begun, finish } = dialler()
  dials.want(50)
  await begun(48)
  finish()
  await begun(49)
  expect(begunMs).toHaveLength(49)
  dials.close()
})

it('begins none after it was closed', async () => {
  const { dials, begunMs, begun, finish } = dialler()
  dials.want(60)
  await begun(20)
  dials.close()
  const count = begunMs.length
  finish()
  await new Promise(setImmediate)
  expect(begunMs).toHaveLength(count)
})
