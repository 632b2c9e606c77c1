import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FairReading } from './fair-reading.ts'

const chunk = Buffer.alloc(256 * 1024)
const largestRead = 64 * 1024

let closers: (() => void)[] = []
let socket: Socket

/** A socket that always has more to read. */
beforeEach(async () => {
  const server = createServer((peer) => {
    const fill = () => {
      while (!peer.destroyed && peer.write(chunk));
    }
    peer.on('drain', fill).on('error', () => undefined)
    fill()
    closers.push(() => peer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  closers.push(
    () => socket.destroy(),
    () => server.close(),
  )
  await once(socket, 'connect')
})

afterEach(() => {
  for (const close of closers) close()
  closers = []
})

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('a socket that always has more lets the others have their turn', async () => {
  const reading = new FairReading(socket)
  let [total, inTurn, most] = [0, 0, 0]
  socket.on('data', ({ length }) => {
    total += length
    inTurn += length
    most = Math.max(most, inTurn)
    reading.took(length)
  })
  while (total < 64 * 1024 * 1024) {
    await nextTurn()
    inTurn = 0
  }
  expect(most).toBeLessThan(2 * 256 * 1024 + largestRead)
})

test('what its consumer has stopped stays so when its turn comes again', async () => {
  const reading = new FairReading(socket)
  socket.on('data', ({ length }) => reading.took(length))
  await once(socket, 'pause')
  reading.hold()
  await nextTurn()
  await nextTurn()
  expect(socket.isPaused()).toBe(true)
  reading.release()
  await once(socket, 'data')
})

test('a consumer that has room again does not end the rest', async () => {
  const reading = new FairReading(socket)
  socket.on('data', ({ length }) => reading.took(length))
  await once(socket, 'pause')
  reading.hold()
  reading.release()
  expect(socket.isPaused()).toBe(true)
  await once(socket, 'data')
})
