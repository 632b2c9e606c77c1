/**
 * Snappy's block format (google/snappy, format_description.txt): a varint of the uncompressed length, then literals
 * and back references. Blocks here never exceed 65,536 uncompressed bytes, as in the framing format.
 */

export const maxBlockBytes = 65_536

/** Compressed blocks hold at least this much; a match shorter than four bytes does not pay for a reference. */
const minMatchBytes = 4
const hashBits = 13

/** What one incompressible block can grow to: every run of 60 literals costs a tag, and the varint three bytes. */
export function maxCompressedBytes(sourceBytes: number): number {
  return 32 + sourceBytes + Math.ceil(sourceBytes / 6)
}

/** Compresses up to 65,536 bytes into one block. */
export function compressBlock(source: Buffer): Buffer {
  if (source.length > maxBlockBytes) throw new RangeError(`a block holds at most ${maxBlockBytes} bytes`)
  const out = Buffer.allocUnsafe(maxCompressedBytes(source.length))
  let end = writeVarint(out, 0, source.length)
  const lastSeen = new Int32Array(1 << hashBits).fill(-1)
  let literalStart = 0
  let at = 0
  let misses = 0
  while (at + minMatchBytes <= source.length) {
    const word = source.readUInt32LE(at)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits)
    const candidate = lastSeen[slot] as number
    lastSeen[slot] = at
    if (candidate < 0 || source.readUInt32LE(candidate) !== word) {
      // The longer nothing matches, the larger the steps: incompressible data is skipped quickly.
      at += 1 + (misses++ >> 5)
      continue
    }
    misses = 0
    let length = minMatchBytes
    while (at + length < source.length && source[candidate + length] === source[at + length]) length++
    end = writeLiteral(out, end, source, literalStart, at)
    end = writeCopy(out, end, at - candidate, length)
    at += length
    literalStart = at
  }
  end = writeLiteral(out, end, source, literalStart, source.length)
  return out.subarray(0, end)
}

/** Uncompresses one block; throws a `RangeError` on anything that is not one, or that would exceed 65,536 bytes. */
export function uncompressBlock(block: Buffer): Buffer {
  const { value: total, next } = readVarint(block)
  if (total > maxBlockBytes) throw new RangeError(`a block of ${total} bytes exceeds ${maxBlockBytes}`)
  const out = Buffer.allocUnsafe(total)
  let at = next
  let end = 0
  while (at < block.length) {
    const tag = block[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let length = tag >> 2
      if (length >= 60) {
        const lengthBytes = length - 59
        length = readLittleEndian(block, at, lengthBytes)
        at += lengthBytes
      }
      length += 1
      if (length > block.length - at || length > total - end)
        throw new RangeError('a literal leaves the block')
      block.copy(out, end, at, at + length)
      at += length
      end += length
      continue
    }
    const offsetBytes = kind === 1 ? 1 : kind === 2 ? 2 : 4
    const low = readLittleEndian(block, at, offsetBytes)
    at += offsetBytes
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const offset = kind === 1 ? ((tag >> 5) << 8) | low : low
    if (offset === 0 || offset > end || length > total - end) throw new RangeError('a copy leaves the block')
    // Byte by byte on purpose: a copy may overlap what it writes, which repeats a pattern.
    for (let i = 0; i < length; i++) out[end + i] = out[end + i - offset] as number
    end += length
  }
  if (end !== total) throw new RangeError(`the block announced ${total} bytes and held ${end}`)
  return out
}

function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = value
  let next = at
  while (rest >= 0x80) {
    out[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  out[next++] = rest
  return next
}

function readVarint(block: Buffer): { value: number; next: number } {
  let value = 0
  // Three groups of seven bits reach 2^21, more than any block allowed here.
  for (let i = 0; i < 3; i++) {
    const byte = block[i]
    if (byte === undefined) break
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return { value, next: i + 1 }
  }
  throw new RangeError('the block does not begin with its length')
}

function readLittleEndian(block: Buffer, at: number, count: number): number {
  if (at + count > block.length) throw new RangeError('the block ends inside an element')
  return block.readUIntLE(at, count)
}

function writeLiteral(out: Buffer, at: number, source: Buffer, start: number, stop: number): number {
  const length = stop - start
  if (length === 0) return at
  let next = at
  if (length <= 60) {
    out[next++] = (length - 1) << 2
  } else if (length <= 256) {
    out[next++] = 60 << 2
    out[next++] = length - 1
  } else {
    out[next++] = 61 << 2
    next = out.writeUInt16LE(length - 1, next)
  }
  source.copy(out, next, start, stop)
  return next + length
}

/** Copies of up to 64 bytes with a 16-bit offset: blocks are no longer than an offset reaches. */
function writeCopy(out: Buffer, at: number, offset: number, length: number): number {
  let next = at
  for (let rest = length; rest > 0;) {
    const part = Math.min(rest, 64)
    out[next++] = ((part - 1) << 2) | 2
    next = out.writeUInt16LE(offset, next)
    rest -= part
  }
  return next
}
