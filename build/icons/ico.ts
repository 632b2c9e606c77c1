/** One picture: 32-bit pixels from the top left, four bytes each (red, green, blue, alpha), and the same as PNG. */
export interface Picture {
  /** Width and height. */
  readonly size: number
  readonly rgba: Uint8Array
  readonly png: Uint8Array
}

const headerBytes = 6
const entryBytes = 16
const bitmapHeaderBytes = 40
/** Windows reads PNG in icons since Vista, but installers are made by programs that want bitmaps; only large ones are worth it. */
const minPngSize = 256

/** An .ico file of Windows: a folder of pictures, as bitmaps and, from 256 pixels, as PNG. */
export function icoFile(pictures: readonly Picture[]): Buffer {
  const bodies = pictures.map((picture) =>
    picture.size >= minPngSize ? Buffer.from(picture.png) : bitmap(picture),
  )
  const header = Buffer.alloc(headerBytes + entryBytes * pictures.length)
  header.writeUInt16LE(1, 2) // an icon
  header.writeUInt16LE(pictures.length, 4)
  let at = header.length
  for (const [index, { size }] of pictures.entries()) {
    const entry = headerBytes + entryBytes * index
    const length = bodies[index]?.length ?? 0
    header.writeUInt8(size % 256, entry) // 256 is written as 0
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4) // colour planes
    header.writeUInt16LE(32, entry + 6) // bits a pixel
    header.writeUInt32LE(length, entry + 8)
    header.writeUInt32LE(at, entry + 12)
    at += length
  }
  return Buffer.concat([header, ...bodies])
}

/** A BITMAPINFOHEADER, the pixels from the bottom up as blue, green, red, alpha, and a mask that alpha makes needless. */
function bitmap({ size, rgba }: Picture): Buffer {
  const maskRowBytes = Math.ceil(size / 32) * 4
  const result = Buffer.alloc(bitmapHeaderBytes + size * size * 4 + maskRowBytes * size)
  result.writeUInt32LE(bitmapHeaderBytes, 0)
  result.writeInt32LE(size, 4)
  result.writeInt32LE(size * 2, 8) // picture and mask
  result.writeUInt16LE(1, 12)
  result.writeUInt16LE(32, 14)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const from = ((size - 1 - y) * size + x) * 4
      const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(from, from + 4)
      result.set([blue, green, red, alpha], bitmapHeaderBytes + (y * size + x) * 4)
    }
  return result
}
