import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('a lab box that came by its pasted line says how it starts, and who may sign in: its ssh command has the account', async () => {
  const serverId = await bed.connectApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  const { labId } = await bed.app.labs.add({ serverId, name: 'a100', address: null })
  const before = await bed.overviewWhere(({ labs }) => labs.length === 1)
  expect(before.labs[0]).toMatchObject({ startKind: 'unknown' })
  await bed.startAgent(await bed.vkeyOf(labId), { origin: { start: 'cron', account: 'alice' } })
  const { labs } = await bed.overviewWhere((one) => one.labs[0]?.state.state === 'online')
  expect(labs[0]).toMatchObject({ startKind: 'cron', account: 'alice', address: null })

  const { client, close } = await bed.askRelay()
  const clientId = Number(labId.slice(labId.lastIndexOf('-c') + 2))
  await client.tunnels.add({ clientId, name: 'SSH', target: bed.target })
  close()
  const tunnel = await bed.tunnelWhere(({ kind }) => kind === 'ssh')
  expect(tunnel.address).toBe(`ssh -p ${tunnel.port} alice@127.0.0.1`)

  await bed.agent?.close()
  const away = await bed.overviewWhere((one) => one.labs[0]?.state.state === 'offline')
  expect(away.labs[0]).toMatchObject({ startKind: 'cron', account: 'alice' })
  expect(away.tunnels[0]?.address).toBe(tunnel.address)
})

test('an agent that does not say leaves it unknown', async () => {
  await bed.readyTunnel()
  const { labs } = await bed.overviewWhere(() => true)
  expect(labs[0]).toMatchObject({ startKind: 'unknown' })
  expect(labs[0]?.account).toBeUndefined()
})
