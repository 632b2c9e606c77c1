import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'

/** A test file that closes what it opens, late but in time, run by the guard's own test. */

test('a server, a visitor, and a timer that fires', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
  setTimeout(() => server.close(), 200)
  await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
})
