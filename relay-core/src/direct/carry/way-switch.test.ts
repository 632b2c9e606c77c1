import { expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { WaySwitch } from './way-switch.ts'

function silentWay(): PacketWay {
  return {
    maxPacket: 1_200,
    send: () => undefined,
    onPacket: () => undefined,
    onEnd: () => undefined,
    close: () => undefined,
  }
}

it('takes a way only for an echo of what was sent on it, which nobody can guess', () => {
  const tokens: number[] = []
  const direct = silentWay()
  const clock = new ManualClock()
  using ways = new WaySwitch({
    clock,
    relay: silentWay(),
    roundTripMs: () => 100,
    sendProbe: (_, token) => void tokens.push(token),
    move: () => undefined,
    sendBack: () => undefined,
    onNoWay: () => undefined,
  })
  ways.offer(direct)
  clock.advance(1_000)
  expect(tokens.length).toBeGreaterThan(3)
  for (let guess = 0; guess < 100; guess++) ways.onEcho(guess, direct)
  expect(ways.isDirect).toBe(false)
  ways.onEcho(tokens.at(-1) ?? -1, direct)
  expect(ways.isDirect).toBe(true)
})
