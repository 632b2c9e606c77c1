import { expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { Path } from '../path/path.ts'
import { LossRecovery } from './loss-recovery.ts'

const ways = { relay: 40, direct: 10 } as const

it('learns nothing of the new way from packets that went by the old one', () => {
  const clock = new ManualClock()
  const pathBy = (name: keyof typeof ways): Path => {
    const way: PacketWay = {
      maxPacket: 1_200,
      send: () => undefined,
      onPacket: () => undefined,
      onEnd: () => undefined,
      close: () => undefined,
    }
    return new Path(way, { nowMs: clock.now(), roundTripMs: ways[name] })
  }
  const [relay, direct] = [pathBy('relay'), pathBy('direct')]
  const recovery = new LossRecovery({
    clock,
    path: relay,
    onMore: () => undefined,
    onTimeout: () => undefined,
  })
  const send = (number: number) => {
    const { path } = recovery
    const stamp = path.delivery.stamp(clock.now(), path.inFlightBytes)
    recovery.add({ number, bytes: 1_000, path, stamp, frames: [], isSizeProbe: false })
  }
  const ack = (number: number) =>
    recovery.onAck({ largest: number, delayMs: 0, ranges: [{ from: number, to: number }] }, direct.way)
  const learnt = () => [direct.roundTrip.latestMs, direct.delivery.deliveredBytes]

  send(0)
  clock.advance(5)
  recovery.usePath(direct, { isOldDead: false })
  const before = direct.control.windowBytes
  clock.advance(395)
  ack(0)
  expect(learnt()).toEqual([0, 0])
  expect(direct.control.windowBytes).toBe(before)
  expect(relay.inFlightBytes).toBe(0)

  send(1)
  clock.advance(12)
  ack(1)
  expect(learnt()).toEqual([12, 1_000])
  recovery[Symbol.dispose]()
})
