import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('each leg of the way is measured, and one behind a lab box that has gone is not known', async () => {
  const { id: tunnelId } = await bed.readyTunnel()
  const whole = await bed.app.pathTest.run({ tunnelId })
  expect(whole.legs.map(({ leg }) => leg)).toEqual(['server', 'lab', 'service'])
  expect(whole.legs.map(({ failure }) => failure)).toEqual([null, null, null])
  for (const { measured } of whole.legs.slice(0, 2)) {
    expect(measured?.downBytesPerSecond).toBeGreaterThan(0)
    expect(measured?.upBytesPerSecond).toBeGreaterThan(0)
  }
  await bed.agent?.close()
  await bed.tunnelWhere(({ status }) => status.state === 'broken')
  const half = await bed.app.pathTest.run({ tunnelId })
  expect(half.legs.map(({ failure }) => failure?.code)).toEqual([undefined, 'agent-offline', 'agent-offline'])
}, 60_000)

test('a lab box whose npc knows no measurement says so, with what brings it up to date', async () => {
  const { id: tunnelId, serverId, labId } = await bed.readyTunnel()
  await bed.agent?.close()
  await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'offline')
  await bed.startAgent(await bed.vkeyOf(labId), { protocol: 'stock', fingerprint: undefined })
  await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
  const { legs } = await bed.app.pathTest.run({ tunnelId })
  expect(legs.map(({ failure }) => failure?.code)).toEqual([undefined, 'npc-too-old', undefined])
  expect(legs[1]?.failure?.fixes).toEqual([{ action: 'update', program: 'npc', serverId }])
}, 60_000)
