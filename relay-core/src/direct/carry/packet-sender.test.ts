import { expect, it } from 'vitest'
import type { Clock } from '../../async/time/clock.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { PacketSeal } from '../packets/packet-seal.ts'
import { Path } from '../path/path.ts'
import { Acknowledging } from './acknowledging.ts'
import { PacketSender } from './packet-sender.ts'
import type { PacketSource } from './send-queue.ts'

it('sends 24 packets a turn at most, however many may go', () => {
  const clock = new ManualClock()
  const turns: number[] = []
  /** As the system's: what a timer does is a turn. */
  const turning: Clock = {
    now: () => clock.now(),
    after: (delayMs, action) =>
      clock.after(delayMs, () => {
        turns.push(0)
        action()
      }),
  }
  const way: PacketWay = {
    maxPacket: 1_200,
    send: () => turns.push((turns.pop() ?? 0) + 1),
    onPacket: () => undefined,
    onEnd: () => undefined,
    close: () => undefined,
  }
  const sender = new PacketSender({
    clock: turning,
    seal: new PacketSeal(Buffer.alloc(32, 7), 'agent'),
    acknowledging: new Acknowledging(turning, () => undefined),
    // So near that the pace is no limit, and 32 packets may go before the first answer.
    path: new Path(way, { nowMs: clock.now(), roundTripMs: 1 }),
    onSent: () => undefined,
    onSilence: () => undefined,
  })
  const source: PacketSource = {
    hasMore: true,
    fill: (writer) => {
      if (writer.room < 100) return undefined
      writer.pad()
      return { onAcked: () => undefined, onLost: () => undefined }
    },
  }
  clock.advance(10)
  sender.activate(source)
  clock.advance(0)
  expect(turns).toEqual([24, 8])
  sender[Symbol.dispose]()
  expect(clock.waiting).toBe(0)
})
