import { expect, it } from 'vitest'
import { Reassembly } from './reassembly.ts'

const text = Array.from({ length: 400 }, (_, at) => String.fromCharCode(33 + (at % 90))).join('')

/** Cut anywhere, in any order, more than once: the same each time (a linear congruential generator). */
it('puts together whatever overlaps whatever', () => {
  let state = 1
  const below = (limit: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * limit)
  }
  for (let round = 0; round < 30; round++) {
    const reassembly = new Reassembly()
    let got = ''
    for (let piece = 0; got.length < text.length && piece < 10_000; piece++) {
      const from = below(text.length)
      reassembly.add(from, Buffer.from(text.slice(from, from + below(40))))
      expect(reassembly.waitingCount).toBeLessThanOrEqual(text.length / 2)
      got += reassembly.take(below(50) + 1)?.toString() ?? ''
      while (reassembly.readyBytes > 0) got += reassembly.take(1)?.toString() ?? ''
      expect(text.startsWith(got)).toBe(true)
    }
    expect(got).toBe(text)
    expect(reassembly.waitingCount).toBe(0)
  }
})

it('does not keep a whole packet for a few bytes', () => {
  const reassembly = new Reassembly()
  const packet = Buffer.alloc(1_400, 'x')
  reassembly.add(10, packet.subarray(0, 3))
  packet.fill('y')
  reassembly.add(0, Buffer.from('0123456789'))
  expect(
    Buffer.concat([
      reassembly.take(10) ?? Buffer.alloc(0),
      reassembly.take(10) ?? Buffer.alloc(0),
    ]).toString(),
  ).toBe('0123456789xxx')
})

it('keeps single bytes together in few blocks, not in their packets', () => {
  const reassembly = new Reassembly()
  const packet = Buffer.alloc(1_400)
  for (let at = 0; at < 100_000; at++) {
    packet.fill(at % 251)
    reassembly.add(at, packet.subarray(0, 1))
  }
  packet.fill(255)
  const blocks: Buffer[] = []
  for (let block = reassembly.take(1); block; block = reassembly.take(1)) blocks.push(block)
  expect(blocks.length).toBeLessThan(20)
  expect(blocks.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)).toBeLessThan(120_000)
  const bytes = Buffer.concat(blocks)
  expect(bytes).toHaveLength(100_000)
  expect(bytes.every((byte, at) => byte === at % 251)).toBe(true)
})

it('keeps small and long pieces in order', () => {
  const reassembly = new Reassembly()
  const parts = [3, 1_000, 5, 7, 600, 2].map((length, at) => Buffer.alloc(length, 97 + at))
  let from = 0
  for (const part of parts) {
    reassembly.add(from, part)
    from += part.length
  }
  expect(reassembly.take(1)?.toString()).toBe('aaa')
  expect(reassembly.take(10_000)?.equals(Buffer.concat(parts.slice(1)))).toBe(true)
  reassembly.add(from, Buffer.from('end'))
  expect(reassembly.take(1)?.toString()).toBe('end')
})

it('takes no longer for a piece where thousands wait, not even for one that repeats the first of them', () => {
  const repeated = (waiting: number) => {
    const reassembly = new Reassembly()
    const byte = Buffer.of(1)
    for (let piece = 0; piece < waiting; piece += 1) reassembly.add(1 + 2 * piece, byte)
    const before = process.cpuUsage()
    for (let times = 0; times < 60_000; times += 1) reassembly.add(1, byte)
    expect(reassembly.waitingCount).toBe(waiting)
    return process.cpuUsage(before).user
  }
  // The first rounds are compiled meanwhile.
  repeated(16)
  const few = repeated(16)
  expect(repeated(16_000)).toBeLessThan(20 * few + 100_000)
})
