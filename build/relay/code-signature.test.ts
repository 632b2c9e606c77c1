import { randomBytes } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { adHocSigned, codeSignature } from './code-signature.ts'
import { readMachO } from './mach-o.ts'

const codeBytes = 10_000
let unsigned: Buffer

/** A program of two segments, whose last 16 bytes stand where a signature is to be. */
beforeEach(() => {
  const header = Buffer.alloc(32)
  ;[0xfeedfacf, 0x01000007, 3, 2, 3, 72 + 72 + 16].forEach((number, index) =>
    header.writeUInt32LE(number, 4 * index),
  )
  const signature = Buffer.alloc(16)
  ;[0x1d, 16, codeBytes, 16].forEach((number, index) => signature.writeUInt32LE(number, 4 * index))
  const commands = Buffer.concat([
    header,
    segment('__TEXT', 0, 8_192),
    segment('__LINKEDIT', 8_192, codeBytes + 16 - 8_192),
    signature,
  ])
  unsigned = Buffer.concat([commands, randomBytes(codeBytes + 16 - commands.length)])
})

function segment(name: string, offset: number, bytes: number): Buffer {
  const command = Buffer.alloc(72)
  command.writeUInt32LE(0x19, 0)
  command.writeUInt32LE(72, 4)
  command.write(name, 8)
  command.writeBigUInt64LE(BigInt(offset), 40)
  command.writeBigUInt64LE(BigInt(bytes), 48)
  return command
}

it('signs the whole program, and what is read of it afterwards says so', () => {
  const signed = adHocSigned(unsigned, 'npc')
  expect(codeSignature(signed)).toEqual({
    identifier: 'npc',
    isAdHoc: true,
    wrongPages: 0,
    isWhole: true,
  })
  const { segments } = readMachO(signed)
  const linkEdit = segments.get('__LINKEDIT')
  expect((linkEdit?.offset ?? 0) + (linkEdit?.bytes ?? 0)).toBe(signed.length)
  expect(signed.subarray(192, codeBytes).equals(unsigned.subarray(192, codeBytes))).toBe(true)
})

it('notices a page that was changed, and bytes that were added', () => {
  const signed = adHocSigned(unsigned, 'npc')
  signed[5_000] = (signed[5_000] ?? 0) ^ 1
  expect(codeSignature(signed).wrongPages).toBe(1)
  expect(codeSignature(Buffer.concat([signed, Buffer.alloc(1)])).isWhole).toBe(false)
})

it('signs again what is signed', () => {
  const signed = adHocSigned(unsigned, 'npc')
  expect(adHocSigned(signed, 'npc').equals(signed)).toBe(true)
})

it('refuses what is not signed and has no place for it', () => {
  expect(() => codeSignature(unsigned)).toThrow('not signed')
  expect(() => adHocSigned(unsigned.subarray(0, 32).fill(0, 16, 20), 'npc')).toThrow('no signature')
})
