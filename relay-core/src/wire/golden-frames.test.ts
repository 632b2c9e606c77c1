import { describe, expect, it } from 'vitest'
import { goldenMessages, type MessageFields } from '../testing/golden-messages.ts'
import { frameType, FrameDecoder } from './frame.ts'
import * as direct from './direct-messages.ts'
import { decodeHealth, decodePart, encodeConfig, encodeConfigured, encodeHealth } from './agent-messages.ts'
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  encodeHello,
  encodeRefused,
  encodeWelcome,
} from './hello-messages.ts'
import {
  decodeBye,
  decodeProof,
  decodeWant,
  encodeBye,
  encodePing,
  encodePong,
  encodeProof,
  encodeWant,
} from './link-messages.ts'
import {
  decodeFailed,
  decodeNumber,
  decodeOpen,
  decodeOpenedDirect,
  encodeEnd,
  encodeFailed,
  encodeOpen,
  encodeOpened,
  encodeReset,
} from './stream-messages.ts'
import * as packed from './packed-message.ts'
import * as survival from './survival-messages.ts'

const byteFields = new Set([
  'keyId',
  'instance',
  'sessionId',
  'visitId',
  'carrierKey',
  'proof',
  'verifier',
  'payload',
  'part',
  'id',
  'key',
  'address',
  'entrance',
  'packed',
  'token',
])

/** Messages whose last field is all the rest. */
const wholeBodies = new Set(['ping', 'pong', 'packed'])

/** The fields as the codec wants them. */
function withBytes(fields: MessageFields): never {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, withBytesIn(name, value)]),
  ) as never
}

function withBytesIn(name: string, value: MessageFields[string]): unknown {
  if (Array.isArray(value)) return value.map((one: MessageFields) => withBytes(one))
  if (name === 'seenFrom') {
    const { address, ...others } = value as MessageFields
    return { ...(withBytes(others) as object), address }
  }
  if (name === 'link') return withBytes(value as MessageFields)
  if (name === 'survival') return withBytes(value as MessageFields)
  return byteFields.has(name) ? new Uint8Array(Buffer.from(String(value), 'hex')) : value
}

const encoders: Record<string, (fields: never) => Uint8Array> = {
  hello: encodeHello,
  welcome: encodeWelcome,
  refused: encodeRefused,
  proof: encodeProof,
  ping: ({ payload }: { payload: Uint8Array }) => encodePing(payload),
  pong: ({ payload }: { payload: Uint8Array }) => encodePong(payload),
  want: ({ count }: { count: number }) => encodeWant(count),
  bye: encodeBye,
  config: encodeConfig,
  configured: encodeConfigured,
  health: encodeHealth,
  ack: ({ entries }: { entries: survival.CarrierPosition[] }) => survival.encodeAck(entries),
  drop: ({ carrier }: { carrier: number }) => survival.encodeDrop(carrier),
  open: encodeOpen,
  opened: ({ number, seenFrom }: { number: number; seenFrom?: direct.SeenFrom }) =>
    encodeOpened(number, seenFrom),
  use: direct.encodeUse,
  unlink: ({ id }: { id: Uint8Array }) => direct.encodeUnlink(id),
  candidates: direct.encodeCandidates,
  failed: encodeFailed,
  end: () => encodeEnd(),
  reset: ({ number }: { number: number }) => encodeReset(number),
  token: ({ token }: { token: Uint8Array }) => survival.encodeToken(token),
  resumed: ({ position }: { position: number }) => survival.encodeResumed(position),
  packed: packed.encodePacked,
}

const decoders: Record<string, (body: Uint8Array) => object> = {
  hello: decodeHello,
  welcome: decodeWelcome,
  refused: decodeRefused,
  proof: decodeProof,
  ping: (body) => ({ payload: new Uint8Array(body) }),
  pong: (body) => ({ payload: new Uint8Array(body) }),
  want: (body) => ({ count: decodeWant(body) }),
  bye: decodeBye,
  config: decodePart,
  configured: decodePart,
  health: decodeHealth,
  ack: (body) => ({ entries: survival.decodeAck(body) }),
  drop: (body) => ({ carrier: survival.decodeDrop(body) }),
  open: decodeOpen,
  opened: (body) => (body.length < 16 ? { number: decodeNumber(body) } : decodeOpenedDirect(body)),
  use: direct.decodeUse,
  unlink: (body) => ({ id: direct.decodeUnlink(body) }),
  candidates: direct.decodeCandidates,
  failed: decodeFailed,
  end: () => ({}),
  reset: (body) => ({ number: decodeNumber(body) }),
  token: (body) => ({ token: survival.decodeToken(body) }),
  resumed: (body) => ({ position: survival.decodeResumed(body) }),
  packed: packed.decodePacked,
}

/** If a change of the code breaks one, old and new programs no longer understand each other. */
describe('golden frames', () => {
  it('cover every message', () => {
    const names = new Set(goldenMessages.map(({ name }) => name))
    expect(names).toEqual(new Set(Object.keys(frameType).filter((name) => name !== 'data')))
  })

  it.each(goldenMessages)('$name is encoded as in the specification', ({ name, fields, bytes }) => {
    expect(Buffer.from(encoders[name]?.(withBytes(fields)) ?? []).toString('hex')).toBe(bytes.toString('hex'))
  })

  it.each(goldenMessages)('$name is decoded as in the specification', ({ name, fields, bytes }) => {
    const frames: { type: number; body: Uint8Array }[] = []
    new FrameDecoder().push(bytes, {
      onMessage: (type, body) => frames.push({ type, body }),
      onData: () => expect.unreachable(),
    })
    expect(frames.map(({ type }) => type)).toEqual([frameType[name as keyof typeof frameType]])
    expect(decoders[name]?.(frames[0]?.body ?? new Uint8Array())).toEqual(withBytes(fields))
  })

  it.each(goldenMessages.filter(({ name }) => !wholeBodies.has(name)))(
    '$name with bytes of a newer version behind it is read all the same',
    ({ name, bytes, fields }) => {
      // In some messages flags come next.
      const body = Buffer.concat([bytes.subarray(4), Buffer.from('\0newer')])
      expect(decoders[name]?.(body)).toEqual(withBytes(fields))
    },
  )
})
