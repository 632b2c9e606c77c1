import { describe, expect, it } from 'vitest'
import { ZodError } from 'zod'
import { decodeLinkInfo, encodeLinkInfo, parseLinkHost } from './link-info.ts'
import { formatHostPort } from '../../net/address/host-port.ts'
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

describe('the host of a link', () => {
  it.each([
    ['127.0.0.1:22', '127.0.0.1', 22],
    ['lab.local:8888', 'lab.local', 8888],
    ['[::1]:80', '::1', 80],
    ['8888', '127.0.0.1', 8888],
    [':8888', '127.0.0.1', 8888],
  ])('%s', (text, host, port) => expect(parseLinkHost(text)).toEqual({ host, port }))

  it.each(['', 'lab', '::1:80', 'lab:0', 'lab:65536', 'lab:22:22'])('refuses %j', (text) => {
    expect(() => parseLinkHost(text)).toThrow(RangeError)
  })

  it('is written with brackets for IPv6', () => {
    expect(formatHostPort({ host: 'fd00::7', port: 22 })).toBe('[fd00::7]:22')
    expect(formatHostPort({ host: '10.0.0.7', port: 22 })).toBe('10.0.0.7:22')
  })
})
