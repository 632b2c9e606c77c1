import { setTimeout as wait } from 'node:timers/promises'
import { desktopContract } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { failed, second } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'

const os = implement(desktopContract)

/** What goes through the tunnels, as the world says. */
export function trafficOfWorld(live: LiveWorld) {
  const { world } = live
  return {
    live: os.traffic.live.handler(async function* ({ signal }) {
      const value = (atMs: number) => ({
        atMs,
        tunnels: world.overview.tunnels.map((tunnel) => {
          const { down, up } = world.traffic(tunnel, atMs)
          return {
            tunnelId: tunnel.id,
            downBytesPerSecond: down,
            upBytesPerSecond: up,
            downBytes: tunnel.downBytes,
            upBytes: tunnel.upBytes,
            connections: tunnel.connections,
          }
        }),
      })
      // A full minute at once, so that a picture need not wait for it.
      for (let back = 60; back > 0; back -= 1) yield value(Date.now() - back * second)
      while (!signal?.aborted) {
        await wait(second, undefined, signal ? { signal } : {})
        yield value(Date.now())
      }
    }),
    history: os.traffic.history.handler(async ({ input }) => {
      const { servers } = world.overview
      if (servers.length > 0 && servers.every(({ link }) => link.state === 'away'))
        failed({ code: 'relay-unreachable', params: {}, message: '', fixes: [] })
      const periodMs = { hour: 60_000, day: 300_000, week: 3_600_000, month: 21_600_000 }[input.range]
      const count = { hour: 60, day: 288, week: 168, month: 120 }[input.range]
      const from = Math.floor(Date.now() / periodMs) * periodMs - (count - 1) * periodMs
      const tunnels = world.overview.tunnels.filter(({ id }) => !input.tunnelId || id === input.tunnelId)
      return {
        periodMs,
        points: Array.from({ length: count }, (_, index) => {
          const atMs = from + index * periodMs
          const unknown = input.range === 'day' && index > 190 && index < 262
          const sum = tunnels
            .map((tunnel) => world.traffic(tunnel, (atMs / periodMs) * 9_000))
            .reduce((all, one) => ({ down: all.down + one.down, up: all.up + one.up }), { down: 0, up: 0 })
          return {
            atMs,
            downBytes: unknown ? null : Math.round((sum.down * periodMs) / 1_000),
            upBytes: unknown ? null : Math.round((sum.up * periodMs) / 1_000),
          }
        }),
      }
    }),
  }
}
