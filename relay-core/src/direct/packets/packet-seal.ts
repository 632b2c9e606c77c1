import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/**
 * What a packet is on its way:
 *
 * ```
 * u8 d1, u48 number, frames encrypted, 16 bytes of tag
 * ```
 *
 * AES-128-GCM over the frames, with the first seven bytes as additional data and the number as the nonce. Each direction has keys of its
 * own, another one for every 2^23 packets, which is as many as RFC 9001 §6.6 lets one key encrypt:
 *
 * ```
 * key = HMAC-SHA256(secret, "nps-desktop packets <visitor|agent> 1" || u32 (number / 2^23)), the first 16 bytes
 * ```
 */
export const packetMark = 0xd1

const headBytes = 7
const tagBytes = 16

/** What a packet has besides its frames. */
export const sealBytes = headBytes + tagBytes

const packetsOfKey = 2 ** 23

const gcm = { authTagLength: tagBytes }

/** The end of a link that packets come from. */
export type PacketRole = 'visitor' | 'agent'

/** Encrypts and authenticates the packets of one link at one of its ends. */
export class PacketSeal {
  readonly #own: Keys
  readonly #peers: Keys
  /** Of the packet under way, for all of them: some thousand are sealed each second, and the ciphers copy what they are given. */
  readonly #head = Buffer.alloc(headBytes)
  readonly #nonce = Buffer.alloc(12)
  readonly #tag = Buffer.alloc(tagBytes)
  #largest = 0

  /** `secret` is known to the two ends only, and new for each link. */
  constructor(secret: Uint8Array, role: PacketRole) {
    this.#own = new Keys(secret, role)
    this.#peers = new Keys(secret, role === 'visitor' ? 'agent' : 'visitor')
  }

  /** The whole packet. A number is used once. */
  seal(number: number, frames: Uint8Array): Buffer {
    const packet = Buffer.allocUnsafe(sealBytes + frames.length)
    this.#begin(number)
    const cipher = createCipheriv('aes-128-gcm', this.#own.of(number), this.#nonce, gcm)
    cipher.setAAD(this.#head)
    packet.set(this.#head)
    packet.set(cipher.update(frames), headBytes)
    cipher.final()
    packet.set(cipher.getAuthTag(), headBytes + frames.length)
    return packet
  }

  /** Of the nonce the last six bytes are the number. */
  #begin(number: number): void {
    this.#head[0] = packetMark
    this.#head.writeUIntBE(number, 1, 6)
    this.#nonce.writeUIntBE(number, 6, 6)
  }

  /** Undefined for what the peer has not sent. */
  open(packet: Uint8Array): { number: number; frames: Buffer } | undefined {
    if (packet.length < sealBytes || packet[0] !== packetMark) return undefined
    const number = numberOf(packet)
    // Else anyone could have keys made for him.
    if (Math.abs(number - this.#largest) > packetsOfKey) return undefined
    this.#begin(number)
    const tagAt = packet.length - tagBytes
    for (let at = 0; at < tagBytes; at += 1) this.#tag[at] = packet[tagAt + at] ?? 0
    const decipher = createDecipheriv('aes-128-gcm', this.#peers.of(number), this.#nonce, gcm)
    decipher.setAAD(this.#head)
    decipher.setAuthTag(this.#tag)
    try {
      const frames = decipher.update(packet.subarray(headBytes, tagAt))
      decipher.final()
      this.#largest = Math.max(this.#largest, number)
      return { number, frames }
    } catch {
      return undefined
    }
  }
}

function numberOf(packet: Uint8Array): number {
  let number = 0
  for (let at = 1; at < headBytes; at += 1) number = number * 256 + (packet[at] ?? 0)
  return number
}

class Keys {
  readonly #secret: Uint8Array
  readonly #role: PacketRole
  /** Of two neighbouring periods: packets overtake each other. */
  readonly #known = new Map<number, KeyObject>()

  constructor(secret: Uint8Array, role: PacketRole) {
    this.#secret = secret
    this.#role = role
  }

  of(number: number): KeyObject {
    const period = Math.floor(number / packetsOfKey)
    const known = this.#known.get(period)
    if (known) return known
    const hmac = createHmac('sha256', this.#secret).update(`nps-desktop packets ${this.#role} 1`)
    const periodBytes = Buffer.alloc(4)
    periodBytes.writeUInt32BE(period)
    // An object: with bytes Node prepares the key for each packet again, which takes 10 µs instead of 4.
    const key = createSecretKey(hmac.update(periodBytes).digest().subarray(0, 16))
    this.#known.set(period, key)
    for (const other of this.#known.keys()) if (Math.abs(other - period) > 1) this.#known.delete(other)
    return key
  }
}
