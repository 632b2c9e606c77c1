import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'
import { freePort } from '@nps-desktop/relay-core/testing/free-port'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('undo gives back the laptop’s port too, that of a tunnel which everybody may use meanwhile', async () => {
  const { id: tunnelId } = await bed.readyTunnel('laptop')
  // Not the number of the target, which the app would choose by itself.
  const port = await freePort()
  await bed.app.tunnels.edit({ tunnelId, port })
  await bed.app.tunnels.edit({ tunnelId, reach: 'anyone' })
  await bed.tunnelWhere(({ reach }) => reach === 'anyone')
  await bed.app.tunnels.remove({ tunnelId })
  await bed.app.tunnels.undoRemove({ tunnelId })
  await bed.app.tunnels.edit({ tunnelId, reach: 'laptop' })
  expect((await bed.tunnelWhere(({ reach }) => reach === 'laptop')).port).toBe(port)
})
