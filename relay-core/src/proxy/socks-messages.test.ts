import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeReply,
  parseCredentials,
  parseGreeting,
  parseRequest,
  SocksError,
  socksReply,
} from './socks-messages.ts'

const parsers = { parseGreeting, parseCredentials, parseRequest }

describe('SOCKS5 messages', () => {
  it('are read as the RFCs give them', () => {
    expect(parseGreeting(Buffer.of(5, 2, 0, 2))).toEqual({ methods: [0, 2] })
    expect(parseCredentials(Buffer.from('\x01\x03ada\x02pw'))).toEqual({ name: 'ada', password: 'pw' })
    expect(parseRequest(Buffer.of(5, 1, 0, 1, 10, 0, 0, 7, 0, 22))).toEqual({
      command: 1,
      host: '10.0.0.7',
      port: 22,
    })
    expect(parseRequest(Buffer.from('\x05\x01\x00\x03\x03lab\x00\x50'))).toMatchObject({
      host: 'lab',
      port: 80,
    })
    expect(encodeReply(socksReply.refused).toString('hex')).toBe('05050001000000000000')
  })

  it.each([
    ['another version', Buffer.of(4, 1, 0), undefined],
    ['an unknown kind of address', Buffer.of(5, 1, 0, 9, 9), socksReply.unknownAddress],
    ['a name of no length', Buffer.of(5, 1, 0, 3, 0), socksReply.unknownAddress],
    ['a name with a space', Buffer.from('\x05\x01\x00\x03\x03a b\x00\x50'), socksReply.hostUnreachable],
    ['a name with a newline', Buffer.from('\x05\x01\x00\x03\x03a\nb\x00\x50'), socksReply.hostUnreachable],
  ])('%s is refused', (_, bytes, reply) => {
    const refuse = () => parseRequest(bytes)
    expect(refuse).toThrow(SocksError)
    expect(refuse).toThrow(expect.objectContaining({ reply }))
  })

  it.each(Object.entries(parsers))(
    '%s needs no more than a message can have, and reads the same however it is split',
    (_, parse) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 5 }), (bytes, version) => {
          const all = Buffer.concat([Buffer.of(version), bytes])
          const steps = stepsOf(parse, all)
          expect(steps.every((needed, at) => needed > (steps[at - 1] ?? 0) && needed <= 513)).toBe(true)
          const last = steps.at(-1) ?? 0
          if (last > all.length) return
          expect(outcome(parse, all)).toEqual(outcome(parse, all.subarray(0, last)))
        }),
        { numRuns: 500 },
      )
    },
  )
})

/** How many bytes the parser asks for, one after the other, until it is content or there are no more. */
function stepsOf(parse: (bytes: Buffer) => unknown, all: Buffer): number[] {
  const steps: number[] = []
  let found = outcome(parse, Buffer.alloc(0))
  while (typeof found === 'number') {
    steps.push(found)
    if (found > all.length) break
    found = outcome(parse, all.subarray(0, found))
  }
  return steps
}

function outcome(parse: (bytes: Buffer) => unknown, bytes: Buffer): unknown {
  try {
    return parse(bytes)
  } catch (error) {
    if (error instanceof SocksError) return error.message
    throw error
  }
}
