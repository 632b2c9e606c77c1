import { expect, test } from 'vitest'
import { UseCount } from './use-count.ts'

test('what goes directly is counted to the last byte, what goes by the relay is not', () => {
  const count = new UseCount()
  const socket = { bytesRead: 100, bytesWritten: 10 }
  const counting = count.add(socket)
  socket.bytesRead += 1_000
  count.goes(true)
  socket.bytesRead += 7
  socket.bytesWritten += 3
  expect(count.take()).toEqual({ downBytes: 7, upBytes: 3 })
  socket.bytesRead += 20
  count.goes(false)
  socket.bytesRead += 1_000
  count.goes(true)
  socket.bytesWritten += 5
  counting[Symbol.dispose]()
  socket.bytesRead += 1_000
  expect(count.take()).toEqual({ downBytes: 20, upBytes: 5 })
  expect(count.take()).toEqual({ downBytes: 0, upBytes: 0 })
})

test('more than one report can tell of is told in several', () => {
  const count = new UseCount()
  count.goes(true)
  const socket = { bytesRead: 0, bytesWritten: 0 }
  count.add(socket)
  socket.bytesRead = 5_000_000_000
  expect(count.take().downBytes).toBe(0xffff_ffff)
  expect(count.take().downBytes).toBe(5_000_000_000 - 0xffff_ffff)
})
