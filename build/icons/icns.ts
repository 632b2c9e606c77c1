import type { Picture } from './ico.ts'

/** The name of each size in an .icns file whose pictures are PNG: macOS 10.7 and later; the `@2x` ones for Retina displays. */
const types: readonly (readonly [size: number, type: string])[] = [
  [16, 'icp4'],
  [32, 'icp5'],
  [32, 'ic11'],
  [64, 'ic12'],
  [128, 'ic07'],
  [256, 'ic08'],
  [256, 'ic13'],
  [512, 'ic09'],
  [512, 'ic14'],
  [1024, 'ic10'],
]

/** An .icns file of macOS out of the pictures whose sizes it has names for. */
export function icnsFile(pictures: readonly Picture[]): Buffer {
  const parts = types.flatMap(([size, type]) => {
    const picture = pictures.find((one) => one.size === size)
    return picture ? [chunk(type, picture.png)] : []
  })
  return chunk('icns', Buffer.concat(parts))
}

/** Four letters, the length of all in 32 bits (big endian), the content. */
function chunk(type: string, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header.write(type, 'latin1')
  header.writeUInt32BE(8 + body.length, 4)
  return Buffer.concat([header, body])
}
