import { createHash } from 'node:crypto'
import { readMachO } from './mach-o.ts'

/** What is read of the signature of a program for macOS. */
export interface CodeSignature {
  readonly identifier: string
  /** No certificate: it says that the file is whole, and nothing of who made it. */
  readonly isAdHoc: boolean
  /** How many pages of the program are not what was signed; macOS ends the program at the first of them. */
  readonly wrongPages: number
  /** Whether all that lies before the signature is signed, and nothing lies behind it. */
  readonly isWhole: boolean
}

// cs_blobs.h of Apple's kernel (xnu). All numbers in a signature are big-endian.
const superBlobMagic = 0xfade0cc0
const directoryMagic = 0xfade0c02
const directoryVersion = 0x20400
const directoryBytes = 88
const adHoc = 0x2
/** `codesign` may put another signature in the place of one with this flag without being forced. */
const linkerSigned = 0x20000
const sha256Type = 2
const sha256Bytes = 32
const pageShift = 12
const pageBytes = 1 << pageShift
const mainBinary = 1n
/** Apple silicon's, which the sizes of segments in memory are multiples of. */
const memoryPageBytes = 0x4000

/** Throws when the program is not signed. */
export function codeSignature(file: Buffer): CodeSignature {
  const { signature } = readMachO(file)
  if (!signature || file.readUInt32BE(signature.offset) !== superBlobMagic) throw new Error('not signed')
  const blobs = Array.from({ length: file.readUInt32BE(signature.offset + 8) }, (_, index) => {
    const start = signature.offset + file.readUInt32BE(signature.offset + 16 + 8 * index)
    return file.subarray(start, start + file.readUInt32BE(start + 4))
  })
  const directory = blobs.find((blob) => blob.readUInt32BE(0) === directoryMagic)
  if (!directory) throw new Error('the signature has no code directory')
  const identifierAt = directory.readUInt32BE(20)
  const codeLimit = directory.readUInt32BE(32)
  const hashes = directory.subarray(directory.readUInt32BE(16))
  const expected = pagesOf(file.subarray(0, codeLimit), 1 << directory.readUInt8(39)).map(sha256)
  return {
    identifier: directory.toString('latin1', identifierAt, directory.indexOf(0, identifierAt)),
    isAdHoc: (directory.readUInt32BE(12) & adHoc) !== 0,
    wrongPages: expected.filter(
      (hash, page) => !hash.equals(hashes.subarray(page * sha256Bytes, (page + 1) * sha256Bytes)),
    ).length,
    isWhole: codeLimit === signature.offset && signature.offset + signature.bytes === file.length,
  }
}

/** The program with an ad-hoc signature, as Apple's linker makes it, in the place of the one that it has. */
export function adHocSigned(file: Buffer, identifier: string): Buffer {
  const { segments, signature } = readMachO(file)
  const [text, linkEdit] = ['__TEXT', '__LINKEDIT'].map((name) => segments.get(name))
  if (!signature || !text || !linkEdit) throw new Error('there is no signature whose place could be taken')
  const codeLimit = signature.offset
  const pages = Math.ceil(codeLimit / pageBytes)
  const name = Buffer.from(`${identifier}\0`, 'latin1')
  const hashesAt = directoryBytes + name.length
  const directoryAt = 20
  const signatureBytes = roundUp(directoryAt + hashesAt + pages * sha256Bytes, 16)

  const code = Buffer.from(file.subarray(0, codeLimit))
  const linkEditBytes = codeLimit + signatureBytes - linkEdit.offset
  code.writeUInt32LE(signatureBytes, signature.command + 12)
  code.writeBigUInt64LE(BigInt(roundUp(linkEditBytes, memoryPageBytes)), linkEdit.command + 32)
  code.writeBigUInt64LE(BigInt(linkEditBytes), linkEdit.command + 48)

  const directory = Buffer.alloc(directoryBytes)
  const numbers = [directoryMagic, hashesAt + pages * sha256Bytes, directoryVersion, adHoc | linkerSigned]
  ;[...numbers, hashesAt, directoryBytes, 0, pages, codeLimit].forEach((number, index) =>
    directory.writeUInt32BE(number, 4 * index),
  )
  Buffer.from([sha256Bytes, sha256Type, 0, pageShift]).copy(directory, 36)
  directory.writeBigUInt64BE(BigInt(text.offset), 64)
  directory.writeBigUInt64BE(BigInt(text.bytes), 72)
  directory.writeBigUInt64BE(mainBinary, 80)
  const hashes = pagesOf(code, pageBytes).map(sha256)

  const superBlob = Buffer.alloc(directoryAt)
  ;[superBlobMagic, directoryAt + hashesAt + pages * sha256Bytes, 1, 0, directoryAt].forEach(
    (number, index) => superBlob.writeUInt32BE(number, 4 * index),
  )
  return Buffer.concat([code, superBlob, directory, name, ...hashes], codeLimit + signatureBytes)
}

function pagesOf(code: Buffer, bytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(code.length / bytes) }, (_, page) =>
    code.subarray(page * bytes, (page + 1) * bytes),
  )
}

function sha256(page: Buffer): Buffer {
  return createHash('sha256').update(page).digest()
}

function roundUp(bytes: number, multiple: number): number {
  return Math.ceil(bytes / multiple) * multiple
}
