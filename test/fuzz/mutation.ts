import type { Random } from './random.ts'

/** Longer inputs find nothing that these do not, and cost time; the few big ones are for what counts bytes. */
const maxBytes = 4096
const bigBytes = 200_000

/** Lengths and ids at which parsers go wrong: ends of ranges, and one beyond. */
const numbers = [
  0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 4085, 4086, 4096, 4097, 0x7fff, 0x8000, 0xffff, 0x10000, 0x10001,
  0x100000, 0x100001, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]

/** A valid sample with some changes, now and then several samples in a row, or any bytes at all. */
export function mutated(samples: readonly Buffer[], random: Random): Buffer {
  if (random.oneIn(12)) return random.bytes(random.below(random.oneIn(8) ? 600 : 60))
  let bytes: Buffer = Buffer.from(random.pick(samples))
  if (random.oneIn(4)) bytes = Buffer.concat([bytes, random.pick(samples), random.pick(samples)])
  for (let changes = random.below(5); changes > 0; changes--) bytes = changed(bytes, samples, random)
  const limit = random.oneIn(2000) ? bigBytes : maxBytes
  return bytes.length > limit ? bytes.subarray(0, limit) : bytes
}

function changed(bytes: Buffer, samples: readonly Buffer[], random: Random): Buffer {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + random.below(random.oneIn(3) ? bytes.length + 1 : 9))
  switch (random.below(10)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      return bytes
    case 1:
      if (at < bytes.length) bytes[at] = random.next()
      return bytes
    case 2:
      return overwritten(bytes, at, random)
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(20)), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
    case 5:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])
    case 6:
      return bytes.subarray(0, at)
    case 7:
      return Buffer.concat([bytes.subarray(0, at), random.pick(samples)])
    case 8:
      return Buffer.concat([bytes.subarray(0, at), random.pick(samples), bytes.subarray(end)])
    default:
      return repeated(bytes, at, end, random)
  }
}

function overwritten(bytes: Buffer, at: number, random: Random): Buffer {
  const size = random.pick([1, 2, 3, 4])
  if (at + size > bytes.length) return bytes
  const value = random.pick(numbers) % 2 ** (8 * size)
  if (random.oneIn(2)) bytes.writeUIntLE(value, at, size)
  else bytes.writeUIntBE(value, at, size)
  return bytes
}

function repeated(bytes: Buffer, at: number, end: number, random: Random): Buffer {
  const part = bytes.subarray(at, end)
  const times = random.below(random.oneIn(50) ? 2000 : 20)
  const all = [bytes.subarray(0, end), ...Array<Buffer>(times).fill(part), bytes.subarray(end)]
  return Buffer.concat(all).subarray(0, bigBytes)
}

/** The bytes as a network may deliver them: whole, one by one, or cut at some places. */
export function pieces(bytes: Buffer, random: Random): Buffer[] {
  const step = random.below(8)
  if (step === 0 && bytes.length <= 400) return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  const parts: Buffer[] = []
  let at = 0
  for (let cuts = random.below(4); cuts > 0 && at < bytes.length; cuts--) {
    const next = at + 1 + random.below(bytes.length - at)
    parts.push(bytes.subarray(at, next))
    at = next
  }
  if (at < bytes.length) parts.push(bytes.subarray(at))
  return parts
}
