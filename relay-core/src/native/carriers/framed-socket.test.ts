import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FramedSocket } from './framed-socket.ts'

/** A line that takes one chunk each time `take` is called. */
function slowLine() {
  const waiting: (() => void)[] = []
  const arrived: Uint8Array[] = []
  const socket = new Duplex({
    highWaterMark: 1024 * 1024,
    read: () => undefined,
    write: (chunk: Uint8Array, _encoding, done) => {
      waiting.push(() => {
        arrived.push(chunk)
        done()
      })
    },
  })
  return { socket, take: () => waiting.shift()?.(), arrivedBytes: () => Buffer.concat(arrived).length }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('what was written before the end arrives over a line that takes minutes for it', async () => {
  const line = slowLine()
  const framed = new FramedSocket(line.socket)
  framed.start()
  for (let part = 0; part < 10; part++) framed.send(new Uint8Array(1000))
  framed.finish()
  for (let part = 0; part < 10; part++) {
    await vi.advanceTimersByTimeAsync(20_000)
    expect(framed.isClosed).toBe(false)
    line.take()
  }
  expect(line.arrivedBytes()).toBe(10_000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(framed.isClosed).toBe(true)
})

test('a peer that takes nothing for half a minute loses the connection', async () => {
  const line = slowLine()
  const framed = new FramedSocket(line.socket)
  framed.start()
  framed.send(new Uint8Array(1000))
  framed.finish()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(framed.isClosed).toBe(true)
})

test('a peer that has everything and does not end its direction loses it after five seconds', async () => {
  const { socket } = slowLine()
  const framed = new FramedSocket(socket)
  framed.start()
  framed.finish()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(framed.isClosed).toBe(true)
})
