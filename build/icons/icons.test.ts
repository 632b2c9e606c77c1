import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const icon = (name: string) => readFile(join(import.meta.dirname, name))

/** What an .ico file says of its pictures. */
async function entriesOf(name: string) {
  const bytes = await icon(name)
  return Array.from({ length: bytes.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index
    const from = bytes.readUInt32LE(at + 12)
    expect(from + bytes.readUInt32LE(at + 8)).toBeLessThanOrEqual(bytes.length)
    return {
      size: bytes.readUInt8(at) || 256,
      isPng: bytes.toString('latin1', from + 1, from + 4) === 'PNG',
      // the header of a bitmap says its own length and width
      header: [bytes.readUInt32LE(from), bytes.readInt32LE(from + 4)],
    }
  })
}

it('app.ico has a bitmap for each size that Windows shows, and a PNG of 256 pixels', async () => {
  const entries = await entriesOf('app.ico')
  expect(entries.map(({ size, isPng }) => `${size} ${isPng ? 'png' : 'bitmap'}`)).toEqual([
    ...[16, 24, 32, 48, 64, 128].map((size) => `${size} bitmap`),
    '256 png',
  ])
  const bitmaps = entries.filter(({ isPng }) => !isPng)
  expect(bitmaps.map(({ header }) => header)).toEqual(bitmaps.map(({ size }) => [40, size]))
})

it.each(['broken', 'ready', 'unknown'])(
  'tray-%s.ico has the size of each scale of a display',
  async (state) => {
    const entries = await entriesOf(`tray-${state}.ico`)
    expect(entries.map(({ size, isPng }) => [size, isPng])).toEqual(
      [16, 20, 24, 32, 48].map((size) => [size, false]),
    )
  },
)

it('app.icns has a PNG for each size that macOS shows, Retina displays too', async () => {
  const bytes = await icon('app.icns')
  expect(bytes.toString('latin1', 0, 4)).toBe('icns')
  expect(bytes.readUInt32BE(4)).toBe(bytes.length)
  const found: string[] = []
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at + 4)) {
    const format = bytes.toString('latin1', at + 9, at + 12)
    // width, in the first chunk of a PNG
    found.push(`${bytes.toString('latin1', at, at + 4)} ${format} ${bytes.readUInt32BE(at + 8 + 16)}`)
  }
  expect(found.join(', ')).toBe(
    'icp4 PNG 16, icp5 PNG 32, ic11 PNG 32, ic12 PNG 64, ic07 PNG 128, ic08 PNG 256, ic13 PNG 256, ' +
      'ic09 PNG 512, ic14 PNG 512, ic10 PNG 1024',
  )
})
