import { maxLookBytes } from '@nps-desktop/electron/contract'
import type { LabSide } from './sides/lab-side.ts'
import { fileNotFound } from './sides/file-failures.ts'

/** More text than that is not read through in a small window. */
const maxTextBytes = 256 * 1024

const images: readonly (readonly [type: string, isOne: (bytes: Buffer) => boolean])[] = [
  ['image/png', (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))],
  ['image/jpeg', (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['image/gif', (bytes) => bytes.subarray(0, 4).toString('latin1') === 'GIF8'],
  [
    'image/webp',
    (bytes) =>
      bytes.subarray(0, 4).toString('latin1') === 'RIFF' &&
      bytes.subarray(8, 12).toString('latin1') === 'WEBP',
  ],
]

export type Inside =
  | { kind: 'text'; text: string; isCut: boolean }
  | { kind: 'image'; type: string; base64: string }
  | { kind: 'large' }
  | { kind: 'binary' }

/** What a file of at most 5 MB holds, for a look at it. */
export async function lookInside(lab: LabSide, path: string): Promise<Inside> {
  const found = await lab.look(path, { follow: true })
  if (found === null) throw fileNotFound(path)
  if (found.kind !== 'file') return { kind: 'binary' }
  if (found.bytes > maxLookBytes) return { kind: 'large' }
  await using file = await lab.openToRead(path)
  const bytes = Buffer.alloc(found.bytes)
  await file.read(0, bytes)
  const image = images.find(([, isOne]) => isOne(bytes))
  if (image) return { kind: 'image', type: image[0], base64: bytes.toString('base64') }
  const isCut = bytes.length > maxTextBytes
  return textOf(bytes.subarray(0, maxTextBytes), isCut)
}

function textOf(bytes: Buffer, isCut: boolean): Inside {
  if (bytes.includes(0)) return { kind: 'binary' }
  try {
    // a character that was cut in two at the end is not held against it
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return { kind: 'text', text, isCut }
  } catch {
    return { kind: 'binary' }
  }
}
