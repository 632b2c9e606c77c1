import { connect } from 'node:tls'
import { duplexPair } from 'node:stream'
import { once } from 'node:events'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientHelloReader, type HelloProgress } from './client-hello.ts'

/** What this runtime's own TLS says first. */
async function realHello(servername?: string): Promise<Buffer> {
  const [near, far] = duplexPair()
  const socket = connect({
    socket: near,
    ...(servername !== undefined && { servername }),
    rejectUnauthorized: false,
  })
  socket.on('error', () => undefined)
  const [hello] = (await once(far, 'data')) as [Buffer]
  socket.destroy()
  return hello
}

function read(...chunks: Uint8Array[]): HelloProgress {
  const reader = new ClientHelloReader()
  let progress: HelloProgress = { state: 'incomplete' }
  for (const chunk of chunks) progress = reader.push(chunk)
  return progress
}

function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

function vector16(...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u16(body.length), body])
}

/** A hello with these extensions (type, data), cut into records of at most `recordLength`. */
function hello(extensions: [type: number, data: Uint8Array][], recordLength = 16_384): Buffer {
  const body = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 7),
    Buffer.of(0),
    vector16(Buffer.of(0x13, 0x01)),
    Buffer.of(1, 0),
    vector16(...extensions.map(([type, data]) => Buffer.concat([u16(type), vector16(data)]))),
  ])
  const message = Buffer.concat([Buffer.of(1, body.length >> 16), u16(body.length & 0xffff), body])
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += recordLength) {
    records.push(Buffer.of(22, 3, 1), vector16(message.subarray(at, at + recordLength)))
  }
  return Buffer.concat(records)
}

function serverName(name: string): [number, Buffer] {
  return [0, vector16(Buffer.of(0), vector16(Buffer.from(name)))]
}

const named = (name: string) => ({ state: 'complete', hello: { serverName: name } })

test('the name in a real hello, cut anywhere and byte by byte', async () => {
  const whole = await realHello('Lab.Example.com')
  expect(read(whole)).toEqual(named('lab.example.com'))
  expect(read(...[...whole].map((byte) => Buffer.of(byte)))).toEqual(named('lab.example.com'))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 5 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
      expect(read(...at.slice(1).map((end, index) => whole.subarray(at[index], end)))).toEqual(
        named('lab.example.com'),
      )
    }),
  )
})

test('a hello without a name', async () => {
  expect(read(await realHello())).toEqual({ state: 'complete', hello: { serverName: undefined } })
})

test('R7: a hello larger than a record, and one spread over many small ones', () => {
  const keyShares: [number, Buffer] = [51, Buffer.alloc(30_000)]
  expect(read(hello([keyShares, serverName('lab.example.com')]))).toEqual(named('lab.example.com'))
  expect(read(hello([serverName('lab.example.com'), keyShares], 100))).toEqual(named('lab.example.com'))
})

test('what is no hello is refused at once, and what never ends at 64 KiB', () => {
  expect(read(Buffer.from('GET / HTTP/1.1'))).toMatchObject({ state: 'refused' })
  expect(read(Buffer.of(22, 3, 1, 0, 0))).toMatchObject({ state: 'refused' })
  expect(read(Buffer.of(22, 3, 1, 0x40, 1))).toMatchObject({ state: 'refused' })
  expect(read(Buffer.of(22, 3, 1, 0, 9, 2))).toEqual({ state: 'incomplete' })
  expect(read(Buffer.of(22, 3, 1, 0, 9, 2, 0, 0, 1))).toMatchObject({ state: 'refused' })
  expect(read(Buffer.of(22, 3, 1, 0x40, 0, 1, 1, 0, 0))).toMatchObject({
    state: 'refused',
    why: 'its ClientHello has 65540 bytes',
  })
})

test('lengths that point beyond their end are refused', () => {
  const whole = hello([serverName('lab.example.com')])
  const lying = Buffer.from(whole)
  lying[whole.length - 16] = 200
  expect(read(lying)).toMatchObject({ state: 'refused' })
})

test('any bytes are taken without an exception, and end in one of the three states', () => {
  const whole = hello([serverName('lab.example.com'), [51, Buffer.alloc(40, 1)]])
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, cut) => {
      const changed = Buffer.from(whole)
      changed[at] = byte
      const { state } = read(changed.subarray(0, cut), changed.subarray(cut))
      expect(['incomplete', 'complete', 'refused']).toContain(state)
    }),
    { numRuns: 2_000 },
  )
})
