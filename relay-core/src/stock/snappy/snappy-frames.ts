import { maskedCrc32c } from './crc32c.ts'
import { GatheredBytes } from '../messages/gathered-bytes.ts'
import { compressBlock, maxBlockBytes, maxCompressedBytes, uncompressBlock } from './snappy-block.ts'

/**
 * Snappy's framing format (google/snappy, framing_format.txt): a stream identifier, then chunks of
 * `u8 type | u24le length | body`; data chunks begin with the masked CRC-32C of their uncompressed bytes.
 */

const chunkType = { compressed: 0x00, raw: 0x01, firstSkippable: 0x80, identifier: 0xff } as const
const identifier = Buffer.from('ff060000734e61507059', 'hex')
const headBytes = 4
const checksumBytes = 4
const maxChunkBytes = checksumBytes + maxCompressedBytes(maxBlockBytes)

/** Turns writes into chunks; the identifier goes before the first. One direction of one stream. */
export class SnappyEncoder {
  #started = false

  /** One or, past 65,536 bytes, several chunks; nothing is held back, so one write is one flush. */
  encode(bytes: Buffer): Buffer[] {
    const parts: Buffer[] = []
    if (!this.#started) parts.push(identifier)
    this.#started = true
    for (let at = 0; at < bytes.length; at += maxBlockBytes)
      parts.push(...encodeChunk(bytes.subarray(at, at + maxBlockBytes)))
    return parts
  }
}

function encodeChunk(bytes: Buffer): Buffer[] {
  const compressed = compressBlock(bytes)
  // As the reference implementation does: what saves less than an eighth is sent uncompressed.
  const worthIt = compressed.length < bytes.length - bytes.length / 8
  const body = worthIt ? compressed : bytes
  const head = Buffer.allocUnsafe(headBytes + checksumBytes)
  head[0] = worthIt ? chunkType.compressed : chunkType.raw
  head.writeUIntLE(checksumBytes + body.length, 1, 3)
  head.writeUInt32LE(maskedCrc32c(bytes), headBytes)
  return [head, body]
}

/** Takes bytes in any pieces, gives each data chunk uncompressed; holds at most one chunk back. */
export class SnappyDecoder {
  readonly #rest = new GatheredBytes()
  #identified = false

  /** Throws a `RangeError` on malformed input; the stream cannot be read any further then. */
  decode(bytes: Buffer): Buffer[] {
    const chunks: Buffer[] = []
    let at = 0
    while (at < bytes.length) {
      const held = this.#rest.length
      const source = held === 0 ? bytes.subarray(at) : this.#rest.bytes
      const wanted = bytesOfChunk(source)
      if (held === 0 && source.length >= wanted && wanted > headBytes) {
        this.#take(source.subarray(0, wanted), chunks)
        at += wanted
        continue
      }
      const piece = bytes.subarray(at, at + wanted - held)
      this.#rest.add(piece)
      at += piece.length
      const whole = this.#rest.bytes
      if (whole.length >= headBytes && whole.length === bytesOfChunk(whole))
        this.#take(this.#rest.take(), chunks)
    }
    return chunks
  }

  #take(whole: Buffer, chunks: Buffer[]): void {
    const data = this.#chunk(whole[0] as number, whole.subarray(headBytes))
    if (data && data.length > 0) chunks.push(data)
  }

  #chunk(type: number, body: Buffer): Buffer | undefined {
    if (type === chunkType.identifier) {
      if (!body.equals(identifier.subarray(headBytes))) throw new RangeError('not a snappy stream')
      this.#identified = true
      return undefined
    }
    if (!this.#identified) throw new RangeError('a snappy stream begins with its identifier')
    if (type >= chunkType.firstSkippable) return undefined
    if (type !== chunkType.compressed && type !== chunkType.raw)
      throw new RangeError(`unknown snappy chunk ${type}`)
    if (body.length < checksumBytes) throw new RangeError('a snappy chunk without checksum')
    const stored = body.subarray(checksumBytes)
    if (type === chunkType.raw && stored.length > maxBlockBytes)
      throw new RangeError('a raw snappy chunk too long')
    const data = type === chunkType.raw ? stored : uncompressBlock(stored)
    if (maskedCrc32c(data) !== body.readUInt32LE(0)) throw new RangeError('a snappy chunk fails its checksum')
    return data
  }
}

/** The length of the chunk that begins here, or of its head while that is not whole. */
function bytesOfChunk(bytes: Buffer): number {
  if (bytes.length < headBytes) return headBytes
  const length = bytes.readUIntLE(1, 3)
  if (length > maxChunkBytes)
    throw new RangeError(`a snappy chunk of ${length} bytes exceeds ${maxChunkBytes}`)
  return headBytes + length
}
