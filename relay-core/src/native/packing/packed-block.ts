import { randomInt } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { WireError } from '../../wire/bytes.ts'
import { maxPackedLength } from '../../wire/frame.ts'
import { decodePacked, encodePacked } from '../../wire/packed-message.ts'

/** This many bytes of a stream are packed at a time, and what they hold is unpacked at a time. */
export const maxBlockBytes = maxPackedLength

/** A block must shrink to this, or it is not worth unpacking. */
const worthwhile = 0.9

/** Up to this many random bytes are added, so that the length of a block does not tell exactly how well it packs (ADR 43). */
const maxPadding = 100

/** Of what is unpacked: no frame of a block needs more, and a hostile one gets no more memory. */
const maxWindowLog = 17

/** A PACKED frame that holds `bytes`, at most `maxBlockBytes` of them; undefined when they hardly shrink. */
export function packBlock(bytes: Uint8Array, level: number): Uint8Array | undefined {
  const packed = zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: 16 },
    pledgedSrcSize: bytes.length,
  })
  if (packed.length + maxPadding > bytes.length * worthwhile) return undefined
  return encodePacked({ length: bytes.length, padding: randomInt(maxPadding + 1), packed })
}

/** What the body of a PACKED frame holds; throws a WireError when it is no block. */
export function unpackBlock(body: Uint8Array): Uint8Array {
  const { length, packed } = decodePacked(body)
  if (length === 0 || length > maxBlockBytes) throw new WireError(`PACKED of ${length} bytes`)
  const bytes = unpacked(packed, length)
  if (bytes.length !== length) throw new WireError(`PACKED of ${length} bytes that are ${bytes.length}`)
  return bytes
}

function unpacked(packed: Uint8Array, length: number): Uint8Array {
  try {
    return zstdDecompressSync(packed, {
      maxOutputLength: length,
      chunkSize: Math.max(length, constants.Z_MIN_CHUNK),
      params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
    })
  } catch (error) {
    throw new WireError(
      `PACKED that cannot be unpacked (${error instanceof Error ? error.message : 'unknown'})`,
    )
  }
}
