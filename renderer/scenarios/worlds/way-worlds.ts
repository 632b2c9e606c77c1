import type { ByRelayReason, PrivateWay } from '@nps-desktop/relay-core/api'
import type { Tunnel } from '@nps-desktop/electron/contract'
import type { Page } from '@playwright/test'
import type { Shot } from '../shots/shot.ts'
import type { World } from './world.ts'
import { minuteMs } from './world.ts'
import { few } from './usual-world.ts'
import { serverDown } from './fault-worlds.ts'

/** It was direct until a while ago. */
export function byServer(reason: ByRelayReason, againAtMs: number | null = null): PrivateWay {
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

/** While the server is away: a notebook that goes on directly, one whose direct way gives no answer, and a board whose direct way has ended. */
function alone(): World {
  const world = serverDown()
  const nowMs = Date.now()
  const way = { way: 'direct', sinceMs: nowMs - 20 * minuteMs, roundTripMs: 12 } as const
  const tunnels = world.overview.tunnels.map((tunnel): Tunnel => {
    const [laptop, server, ...others] = tunnel.stops
    if (!laptop || !server) return tunnel
    const reached = others.map((stop) => ({ ...stop, state: 'ok' as const, ms: 1, failure: null }))
    if (tunnel.id === 't8888')
      return {
        ...tunnel,
        way,
        status: { state: 'ready', checkedAtMs: nowMs - 3_000, ms: 13 },
        stops: [laptop, server, ...reached],
      }
    const sinceMs = nowMs - 2 * minuteMs
    const silent = tunnel.kind === 'ssh' ? way : { ...byServer('not-tried'), directAtMs: sinceMs }
    return { ...tunnel, reach: 'laptop', way: silent, connections: 2, status: { state: 'unknown', sinceMs } }
  })
  return { ...world, overview: { ...world.overview, tunnels } }
}

async function testPath(page: Page): Promise<void> {
  await page.locator('.path .btn').click()
  await page.locator('.path .sum').waitFor()
}

/** What the page says of a way, and the row of one that is direct. */
export const wayShots: Shot[] = [
  { name: 'home-direct', scenario: 'direct', ready: '[data-tunnel-row]' },
  { name: 'tunnel-direct', scenario: 'direct', path: 'tunnels/t8888', ready: '.aside' },
  { name: 'tunnel-by-server', scenario: 'direct', path: 'tunnels/t6006', ready: '.way-note' },
  {
    name: 'tunnel-direct-tested',
    scenario: 'direct',
    path: 'tunnels/t8888',
    ready: '.path',
    act: testPath,
  },
  {
    name: 'tunnel-by-server-tested',
    scenario: 'direct',
    path: 'tunnels/t6006',
    ready: '.path',
    act: testPath,
  },
  { name: 'tunnel-direct-alone', scenario: 'alone', path: 'tunnels/t8888', ready: '.way-note' },
  { name: 'tunnel-direct-silent', scenario: 'alone', path: 'tunnels/t7001', ready: '.way-note' },
  { name: 'tunnel-direct-ended', scenario: 'alone', path: 'tunnels/t6006', ready: '.way-note' },
  { name: 'tunnel-could-be-faster', scenario: 'direct', path: 'tunnels/t7001', ready: '.offer' },
]

export const wayWorlds: Record<string, () => World> = { direct, alone }
