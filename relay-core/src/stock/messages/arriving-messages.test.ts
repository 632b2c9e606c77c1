import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { ArrivingMessages } from './arriving-messages.ts'
import { SnappyDecoder, SnappyEncoder } from '../snappy/snappy-frames.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What one read of a socket brings at most. */
const chunkBytes = 65_536

it.each(['messages', 'datagrams', 'bytes'] as const)(
  'keeps nothing of a million empty parts (%s)',
  (kind) => {
    const arriving = new ArrivingMessages()
    arriving.kind = kind
    const before = process.memoryUsage().heapUsed
    for (let count = 0; count < 1_000_000; count++) arriving.add(Buffer.alloc(0), false)
    arriving.settle()
    expect(arriving.isEmpty).toBe(true)
    collectGarbage()
    // A million of the smallest objects that could be kept take twice as much.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000)
  },
)

it('does not keep the network chunks in which the parts of a message came', async () => {
  const arriving = new ArrivingMessages()
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 1000; count++) {
    const chunk = Buffer.alloc(chunkBytes, count)
    arriving.add(chunk.subarray(0, 1), false)
  }
  // Memory of buffers is given back by a thread of its own, some time after they were found to be garbage.
  const kept = () => {
    collectGarbage()
    return process.memoryUsage().arrayBuffers - before
  }
  await expect.poll(kept, { timeout: 4_000 }).toBeLessThan(20_000_000)
  arriving.add(Buffer.from('.'), true)
  expect(arriving.take()?.length).toBe(1001)
})

it('joins what came of a message before the stream became plain bytes', () => {
  const arriving = new ArrivingMessages()
  arriving.add(Buffer.from('first '), false)
  arriving.kind = 'bytes'
  arriving.add(Buffer.from('second'), false)
  arriving.settle()
  expect(String(arriving.take())).toBe('first second')
})

it('takes a compressed chunk byte by byte in time that grows with its bytes', () => {
  const random = randomBytes(65_536)
  const wire = Buffer.concat(Array.from({ length: 8 }, () => new SnappyEncoder().encode(random)).flat())
  const decoder = new SnappyDecoder()
  const startedAt = performance.now()
  let count = 0
  for (let at = 0; at < wire.length; at++) count += decoder.decode(wire.subarray(at, at + 1)).length
  expect(count).toBe(8)
  // Half a million pieces: some tenths of a second; it was twenty when each piece cost the whole chunk again.
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
