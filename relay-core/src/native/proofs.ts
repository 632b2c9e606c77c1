import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { idLength } from '../wire/hello-messages.ts'

/** The label of the TLS exporter (RFC 8446 §7.5) that binds a proof to one connection. */
const exporterLabel = 'EXPORTER-nps-desktop-native'

const nothing = Buffer.alloc(0)

/** 32 bytes that only the two ends of this TLS connection know: a proof made for one connection is useless on another. */
export function channelBinding(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, exporterLabel, nothing)
}

/** Names a vkey without revealing it: 16 bytes; the store keeps them as hex. */
export function keyId(vkey: string): Buffer {
  return createHmac('sha256', vkey).update('nps-desktop key id').digest().subarray(0, idLength)
}

/** Names a private tunnel without revealing its password: 16 bytes. */
export function visitId(password: string): Buffer {
  return createHmac('sha256', password).update('nps-desktop visit id').digest().subarray(0, idLength)
}

/** What an agent recognises a private tunnel's visitors by: useful for nothing else, and it does not reveal the password. */
export function privateVerifier(password: string): Buffer {
  return createHmac('sha256', password).update('nps-desktop private verifier 1').digest()
}

/** The label of a proof: who made it and for what. Part of spec/wire.md. */
export type ProofLabel =
  | 'nps-desktop agent 1'
  | 'nps-desktop relay 1'
  | 'nps-desktop carrier 1'
  | 'nps-desktop visitor 1'
  | 'nps-desktop private visitor 1'
  | 'nps-desktop private agent 1'

/** `key` is the vkey, the carrier key of a session, or the password or verifier of a private tunnel. */
export function makeProof(key: string | Uint8Array, label: ProofLabel, binding: Uint8Array): Buffer {
  return createHmac('sha256', key).update(label).update(binding).digest()
}

/** Compares in constant time. */
export function isProof(
  given: Uint8Array,
  key: string | Uint8Array,
  label: ProofLabel,
  binding: Uint8Array,
): boolean {
  const expected = makeProof(key, label, binding)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
