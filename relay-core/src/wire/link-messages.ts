import { ByteReader, ByteWriter } from './bytes.ts'
import { encodeFrame, frameType } from './frame.ts'
import { proofLength } from './hello-messages.ts'
import { words } from './text-fields.ts'

/** The bits of the flags in a PROOF. */
const proofPackedBit = 1
const proofProxyBit = 2

/** Each end of a private link shows the other that it knows the tunnel's password. */
export interface Proof {
  readonly proof: Uint8Array
  /** From a visitor: the agent may send PACKED. An older visitor would end the connection. */
  readonly takesPacked?: boolean
  /** From an agent: it is a proxy itself, which is asked for other hosts than the visitor's own machine. */
  readonly isProxy?: boolean
}

export function encodeProof({ proof, takesPacked = false, isProxy = false }: Proof): Uint8Array {
  const writer = new ByteWriter().bytes(proof)
  const flags = (takesPacked ? proofPackedBit : 0) | (isProxy ? proofProxyBit : 0)
  return encodeFrame(frameType.proof, (flags === 0 ? writer : writer.u8(flags)).finish())
}

export function decodeProof(body: Uint8Array): Proof {
  const reader = new ByteReader(body)
  const proof = reader.bytes(proofLength)
  const flags = reader.left > 0 ? reader.u8() : 0
  return {
    proof,
    ...((flags & proofPackedBit) !== 0 && { takesPacked: true }),
    ...((flags & proofProxyBit) !== 0 && { isProxy: true }),
  }
}

/** Eight bytes that PONG gives back as they are. */
export const pingLength = 8

export function encodePing(payload: Uint8Array): Uint8Array {
  return encodeFrame(frameType.ping, payload)
}

export function encodePong(payload: Uint8Array): Uint8Array {
  return encodeFrame(frameType.pong, payload)
}

/** The relay asks the agent for `count` more carriers. */
export function encodeWant(count: number): Uint8Array {
  return encodeFrame(frameType.want, new ByteWriter().u16(count).finish())
}

export function decodeWant(body: Uint8Array): number {
  return new ByteReader(body).u16()
}

/** Why a link ends. */
export interface Bye {
  readonly reason: string
  /** With `replaced`: by whom, in words for people. An older relay does not say. */
  readonly by?: string
}

export function encodeBye({ reason, by }: Bye): Uint8Array {
  const writer = new ByteWriter().text(reason)
  return encodeFrame(frameType.bye, (by === undefined ? writer : writer.text(by)).finish())
}

export function decodeBye(body: Uint8Array): Bye {
  const reader = new ByteReader(body)
  const reason = words(reader.text())
  const by = words(reader.laterText())
  return by === '' ? { reason } : { reason, by }
}
