import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RateGate } from './rate-gate.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

/** Sends without end, in turns. Returns how many bytes were sent. */
function sender(gate: RateGate, pieceBytes: number): () => number {
  let sent = 0
  const send = async () => {
    for (;;) {
      await gate.turn(pieceBytes)
      sent += pieceBytes
    }
  }
  void send()
  return () => sent
}

test.each([5_000, 100_000, 2_000_000, 50_000_000])(
  '%d bytes a second are that many, to the turn',
  async (rate) => {
    const gate = new RateGate(rate)
    const sent = sender(gate, gate.turnBytes)
    await vi.advanceTimersByTimeAsync(10_000)
    // a turn ahead, and what may be caught up
    expect(Math.abs(sent() - 10 * rate)).toBeLessThanOrEqual(2 * gate.turnBytes + rate * 0.02)
  },
)

test('many share a rate evenly, one that comes late too', async () => {
  const gate = new RateGate(1_000_000)
  const first = sender(gate, gate.turnBytes)
  await vi.advanceTimersByTimeAsync(1_000)
  const before = first()
  const others = [sender(gate, gate.turnBytes), sender(gate, gate.turnBytes)]
  await vi.advanceTimersByTimeAsync(6_000)
  const shares = [first() - before, ...others.map((sent) => sent())]
  for (const share of shares) expect(Math.abs(share - 2_000_000)).toBeLessThanOrEqual(3 * gate.turnBytes)
})

test('whoever waits when the limit goes is let through', async () => {
  const gate = new RateGate(1_000)
  await gate.turn(1_024)
  const waiting = gate.turn(1_024)
  gate.close()
  await waiting
  expect(vi.getTimerCount()).toBe(0)
})

test('what one gate refuses is charged at none: a client that is held back costs its tunnel nothing', () => {
  const [tunnel, client] = [new RateGate(1_000), new RateGate(1_000)]
  expect(client.tryTake(1_000)).toBe(true)
  expect(RateGate.tryTurnAtAll([tunnel, client], 500)).toBe(false)
  expect(tunnel.tryTake(500)).toBe(true)
})
