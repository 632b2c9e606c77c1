import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

test('undo gives back the laptop’s port too, that of a tunnel which everybody may use meanwhile', async () => {
  const { id: tunnelId } = await bed.readyTunnel('laptop')
  const port = await freePort()
  await bed.app.tunnels.edit({ tunnelId, port })
  await bed.app.tunnels.edit({ tunnelId, reach: 'anyone' })
  await bed.tunnelWhere(({ reach }) => reach === 'anyone')
  await bed.app.tunnels.remove({ tunnelId })
  await bed.app.tunnels.undoRemove({ tunnelId })
  await bed.app.tunnels.edit({ tunnelId, reach: 'laptop' })
  expect((await bed.tunnelWhere(({ reach }) => reach === 'laptop')).port).toBe(port)
})

/** Not the number of the target, which the app would choose by itself. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
