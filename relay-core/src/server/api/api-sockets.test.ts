import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ApiSockets } from './api-sockets.ts'
import type { RelayRouter } from './router.ts'

test.each(['before the upgrade', 'after it'])('a permission that ends %s ends the socket', async (when) => {
  const sockets = new ApiSockets({} as RelayRouter)
  const permission = new AbortController()
  if (when === 'before the upgrade') permission.abort()
  const server = createServer().on('upgrade', (request, socket, head) =>
    sockets.accept(request, socket, head, permission.signal),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const closed = once(client, 'close')
  await once(client, 'open')
  permission.abort()
  expect((await closed)[0]).toBe(4401)
  sockets.close()
  server.close()
})
