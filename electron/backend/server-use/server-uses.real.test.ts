import type { ServerUse } from '@nps-desktop/electron/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay

beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

it('a server tells what its machine is doing while somebody looks, and what the provider allows is kept', async () => {
  const serverId = await bed.connectApp()
  const stop = new AbortController()
  const told: ServerUse[] = []
  for await (const value of await bed.app.serverUse.watch({ serverId }, { signal: stop.signal })) {
    told.push(value)
    if (typeof value.use?.cpuPercent === 'number') break
  }
  stop.abort()
  expect(told.every(({ tells }) => tells)).toBe(true)
  expect(told.at(-1)?.use?.memory?.totalBytes).toBeGreaterThan(0)

  const plan = { monthBytes: 1e12, lineBytesPerSecond: null }
  await bed.app.servers.edit({ serverId, plan })
  const { servers } = await bed.overviewWhere(({ servers: all }) => all[0]?.plan !== undefined)
  expect(servers[0]?.plan).toEqual(plan)
})
