import { createHmac, timingSafeEqual } from 'node:crypto'
import { addressBytes, addressText } from '../../net/address/address-bytes.ts'
import type { UdpEndpoint } from './udp-endpoint.ts'

/**
 * The question at which address the relay sees a UDP socket, and its answer (spec/wire.md §8): 64 and 63 bytes. Both
 * carry a MAC by a key that the relay has given over TLS.
 */
const magic = Buffer.from('NPSA')
const idLength = 16
export const seenNonceLength = 12
const macLength = 32
const requestHead = magic.length + idLength + seenNonceLength
export const seenRequestLength = requestHead + macLength
/** Of IPv6; IPv4 leaves the rest empty. */
const addressLength = 16
const answerHead = seenNonceLength + 1 + 2 + addressLength
export const seenAnswerLength = answerHead + macLength

interface SeenRequest {
  /** Of the key. */
  readonly id: Uint8Array
  /** 12 random bytes, which the answer repeats. */
  readonly nonce: Uint8Array
}

export function encodeSeenRequest({ id, nonce }: SeenRequest, key: Uint8Array): Buffer {
  const head = Buffer.concat([magic, id, nonce])
  return Buffer.concat([head, macOf(head, 'request', key)])
}

/** What a packet asks, if it is such a question at all; whether it is genuine has still to be seen. */
export function readSeenRequest(packet: Uint8Array): SeenRequest | undefined {
  if (packet.length !== seenRequestLength || !magic.equals(packet.subarray(0, magic.length))) return undefined
  const idEnd = magic.length + idLength
  return { id: packet.subarray(magic.length, idEnd), nonce: packet.subarray(idEnd, requestHead) }
}

export function isGenuineRequest(packet: Uint8Array, key: Uint8Array): boolean {
  return isMac(packet.subarray(requestHead), macOf(packet.subarray(0, requestHead), 'request', key))
}

/** @throws RangeError if the endpoint's address is none */
export function encodeSeenAnswer(nonce: Uint8Array, { address, port }: UdpEndpoint, key: Uint8Array): Buffer {
  const bytes = addressBytes(address)
  const head = Buffer.alloc(answerHead)
  head.set(nonce)
  head[seenNonceLength] = bytes.length
  const place = Buffer.concat([Buffer.of(port >>> 8, port & 0xff), bytes])
  head.set(masked(place, nonce), seenNonceLength + 1)
  return Buffer.concat([head, macOf(head, 'answer', key)])
}

/** Undefined for what is no answer to the question with this nonce. */
export function decodeSeenAnswer(
  packet: Uint8Array,
  nonce: Uint8Array,
  key: Uint8Array,
): UdpEndpoint | undefined {
  if (packet.length !== seenAnswerLength) return undefined
  const head = packet.subarray(0, answerHead)
  if (!isMac(packet.subarray(answerHead), macOf(head, 'answer', key))) return undefined
  if (Buffer.compare(head.subarray(0, seenNonceLength), nonce) !== 0) return undefined
  const length = head[seenNonceLength]
  if (length !== 4 && length !== 16) return undefined
  const start = seenNonceLength + 1
  const place = masked(head.subarray(start, start + 2 + length), nonce)
  return { address: addressText(place.subarray(2)), port: place.readUInt16BE(0) }
}

/** Some routers rewrite addresses that they find in packets: this one they do not find. */
function masked(bytes: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (nonce[at % nonce.length] ?? 0)))
}

function macOf(head: Uint8Array, what: 'request' | 'answer', key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`nps-desktop seen ${what} 1`).update(head).digest()
}

function isMac(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
