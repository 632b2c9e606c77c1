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

/** The end of a link that packets come from. */
export type PacketRole = 'visitor' | 'agent'

/** Encrypts and authenticates the packets of one link at one of its ends. */
export class PacketSeal {
  readonly #own: Keys
  readonly #peers: Keys
  #largest = 0

  /** `secret` is known to the two ends only, and new for each link. */
  constructor(secret: Uint8Array, role: PacketRole) {
    this.#own = new Keys(secret, role)
    this.#peers = new Keys(secret, role === 'visitor' ? 'agent' : 'visitor')
  }

  /** The whole packet. A number is used once. */
  seal(number: number, frames: Uint8Array): Buffer {
    const packet = Buffer.allocUnsafe(sealBytes + frames.length)
    packet[0] = packetMark
    packet.writeUIntBE(number, 1, 6)
    const head = packet.subarray(0, headBytes)
    const cipher = createCipheriv('aes-128-gcm', this.#own.of(number), nonce(head), {
      authTagLength: tagBytes,
    })
    cipher.setAAD(head)
    packet.set(cipher.update(frames), headBytes)
    cipher.final()
    packet.set(cipher.getAuthTag(), headBytes + frames.length)
    return packet
  }

  /** Undefined for what the peer has not sent. */
  open(packet: Uint8Array): { number: number; frames: Buffer } | undefined {
    if (packet.length < sealBytes || packet[0] !== packetMark) return undefined
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
    const number = bytes.readUIntBE(1, 6)
    // Else anyone could have keys made for him.
    if (Math.abs(number - this.#largest) > packetsOfKey) return undefined
    const head = bytes.subarray(0, headBytes)
    const decipher = createDecipheriv('aes-128-gcm', this.#peers.of(number), nonce(head), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(head)
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    try {
      const frames = decipher.update(bytes.subarray(headBytes, -tagBytes))
      decipher.final()
      this.#largest = Math.max(this.#largest, number)
      return { number, frames }
    } catch {
      return undefined
    }
  }
}

/** Of 12 bytes, the last six of which are the number. */
function nonce(head: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.set(head.subarray(1), 6)
  return bytes
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
