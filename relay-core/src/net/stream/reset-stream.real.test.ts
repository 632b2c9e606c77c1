import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resetStream } from './splice.ts'

let server: Server
let near: Socket
let far: Socket

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  far.on('error', () => undefined)
  ;[near] = (await once(server, 'connection')) as [Socket]
})

afterEach(async () => {
  near.destroy()
  far.destroy()
  // Waits for every connection: one whose descriptor was forgotten would hold it up.
  await new Promise((resolve) => server.close(resolve))
})

test('a stream under way is reset', async () => {
  const told = new Promise<NodeJS.ErrnoException>((resolve) => far.once('error', resolve))
  far.resume()
  resetStream(near)
  await once(near, 'close')
  expect((await told).code).toBe('ECONNRESET')
})

test('a stream whose orderly end is just on its way closes, with its last bytes', async () => {
  const heard: Buffer[] = []
  far.on('data', (chunk: Buffer) => heard.push(chunk))
  near.end('the last words')
  // all within one turn of the event loop: the kernel is asked to end the connection, and its answer comes in the next
  while (near.writableLength > 0) await new Promise((resolve) => process.nextTick(resolve))
  await new Promise((resolve) => process.nextTick(resolve))
  expect(near.writableFinished).toBe(false)
  resetStream(near)
  await once(near, 'close')
  await once(far, 'close')
  expect(Buffer.concat(heard).toString()).toBe('the last words')
})
