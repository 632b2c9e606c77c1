import { describe, expect, it } from 'vitest'
import { ZodError } from 'zod'
import { decodeLinkInfo, encodeLinkInfo } from './link-info.ts'
import { readPrefix } from './length-prefixed.ts'

const captured =
  '{"ConnType":"tcp","Host":"127.0.0.1:21001","Crypt":false,"Compress":false,"LocalProxy":false,' +
  '"RemoteAddr":"127.0.0.1:50044","Option":{"Timeout":5000000000}}'

const link = {
  type: 'tcp',
  host: '127.0.0.1:21001',
  crypt: false,
  compress: false,
  visitor: '127.0.0.1:50044',
  dialTimeoutMs: 5000,
} as const

describe('link info', () => {
  it('T17: writes the captured document, the timeout in nanoseconds', () => {
    const message = encodeLinkInfo(link)
    expect(message.readInt32LE(0)).toBe(156)
    expect(message.subarray(4).toString()).toBe(captured)
  })

  it('reads it, and the same in other case and with fields missing or unknown', () => {
    expect(decodeLinkInfo(Buffer.from(captured))).toEqual(link)
    expect(decodeLinkInfo(Buffer.from(captured.toLowerCase()))).toEqual(link)
    expect(decodeLinkInfo(Buffer.from('{"connType":"udp","HOST":":53","ProtoVersion":"V2"}'))).toEqual({
      type: 'udp',
      host: ':53',
      crypt: false,
      compress: false,
      visitor: '',
      dialTimeoutMs: 0,
    })
  })

  it.each([
    ['', SyntaxError],
    ['{', SyntaxError],
    ['[]', ZodError],
    ['{"ConnType":"quic"}', ZodError],
    ['{"ConnType":"tcp","Host":7}', ZodError],
  ])('refuses %s', (json, kind) => {
    expect(() => decodeLinkInfo(Buffer.from(json))).toThrow(kind)
  })

  it('T12: a length is signed, never zero, never above 65,536', () => {
    const prefix = (value: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeInt32LE(value)
      return bytes
    }
    expect(readPrefix(prefix(65_536))).toBe(65_536)
    for (const value of [0, -1, 65_537, -(2 ** 31)])
      expect(() => readPrefix(prefix(value))).toThrow(RangeError)
  })
})
