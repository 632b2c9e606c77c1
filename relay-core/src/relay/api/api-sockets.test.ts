import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ApiSockets } from './api-sockets.ts'
import type { RelayRouter } from './api-router.ts'

/** A client that connects, with a permission that can end. */
async function visit(permission: AbortController) {
  const sockets = new ApiSockets({ shown: {} as RelayRouter, hidden: {} as RelayRouter })
  const server = createServer().on('upgrade', (request, socket, head) =>
    sockets.accept(request, socket, head, { until: permission.signal, secrets: 'hidden' }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const close = () => {
    sockets.close()
    server.close()
  }
  return { client, close }
}

test('a permission that ended before the upgrade opens no socket', async () => {
  const permission = new AbortController()
  permission.abort()
  const { client, close } = await visit(permission)
  await expect(once(client, 'open')).rejects.toThrow('401')
  close()
})

test('a permission that ends later ends the socket', async () => {
  const permission = new AbortController()
  const { client, close } = await visit(permission)
  const closed = once(client, 'close')
  await once(client, 'open')
  permission.abort()
  expect((await closed)[0]).toBe(4401)
  close()
})
