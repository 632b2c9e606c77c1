import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ProbeKeys } from './probe-keys.ts'

/**
 * The packets by which both ends look for a way (spec/wire.md §8). The answer to a packet is no longer than the packet, and goes to where that came
 * from: nobody can be flooded through one who answers.
 */
const magic = Buffer.from('NPSP')
const typeByte = { probe: 1, answer: 2, choose: 3, chosen: 4 } as const
export const probeNonceLength = 11
const macLength = 16
const headLength = magic.length + 1 + probeNonceLength
export const probeLength = headLength + macLength

/**
 * `probe` asks for `answer`, by which its sender learns that packets pass both ways. `choose`, from the visitor alone, settles on
 * one of the ways that are open, and asks for `chosen`.
 */
export type ProbeType = keyof typeof typeByte

export interface Probe {
  readonly type: ProbeType
  /** 11 random bytes; an answer repeats those of its question. */
  readonly nonce: Uint8Array
}

export function encodeProbe({ type, nonce }: Probe, { own }: Pick<ProbeKeys, 'own'>): Buffer {
  const head = Buffer.concat([magic, Buffer.of(typeByte[type]), nonce])
  return Buffer.concat([head, macOf(head, own)])
}

/** Undefined for whatever the peer has not sent. */
export function decodeProbe(packet: Uint8Array, { peer }: Pick<ProbeKeys, 'peer'>): Probe | undefined {
  if (packet.length !== probeLength || !magic.equals(packet.subarray(0, magic.length))) return undefined
  const head = packet.subarray(0, headLength)
  if (!timingSafeEqual(packet.subarray(headLength), macOf(head, peer))) return undefined
  const byte = packet[magic.length]
  const type = probeTypes.find((name) => typeByte[name] === byte)
  return type && { type, nonce: new Uint8Array(packet.subarray(magic.length + 1, headLength)) }
}

const probeTypes: readonly ProbeType[] = ['probe', 'answer', 'choose', 'chosen']

function macOf(head: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).digest().subarray(0, macLength)
}
