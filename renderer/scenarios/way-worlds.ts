import type { ByRelayReason, PrivateWay } from '@nps-desktop/relay-core/api'
import type { Shot } from './shots.ts'
import type { World } from './world.ts'
import { minuteMs } from './world.ts'
import { few } from './usual-world.ts'

function byServer(reason: ByRelayReason, againAtMs: number | null): PrivateWay {
  const nowMs = Date.now()
  return {
    way: 'relay',
    sinceMs: nowMs - 40 * minuteMs,
    reason,
    triedAtMs: nowMs - 2 * minuteMs - 5_000,
    againAtMs,
    directAtMs: nowMs - 40 * minuteMs,
  }
}

/** A notebook that goes directly, and a board that could not yet. */
function direct(): World {
  const world = few()
  const ways: Record<string, PrivateWay> = {
    t8888: { way: 'direct', sinceMs: Date.now() - 20 * minuteMs, roundTripMs: 12 },
    t6006: byServer('router-here', Date.now() + 8 * minuteMs + 30_000),
  }
  const tunnels = world.overview.tunnels.map((tunnel) => {
    const way = ways[tunnel.id]
    return way ? { ...tunnel, way } : tunnel
  })
  return { ...world, overview: { ...world.overview, tunnels } }
}

/** What the page says of a way, and the row of one that is direct. */
export const wayShots: Shot[] = [
  { name: 'home-direct', scenario: 'direct', ready: '[data-tunnel-row]' },
  { name: 'tunnel-direct', scenario: 'direct', path: 'tunnels/t8888', ready: '.aside' },
  { name: 'tunnel-by-server', scenario: 'direct', path: 'tunnels/t6006', ready: '.why' },
  { name: 'tunnel-could-be-faster', scenario: 'direct', path: 'tunnels/t7001', ready: '.offer' },
]

export const wayWorlds: Record<string, () => World> = { direct }
