/** The bytes are not what the specification (spec/wire.md) allows: the peer is broken or hostile, so its link ends. */
export class WireError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WireError'
  }
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder()

/** Puts the fields of a message body one after the other. All numbers are big-endian. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  bytes(value: Uint8Array): this {
    this.#parts.push(value)
    this.#length += value.length
    return this
  }

  u8(value: number): this {
    return this.bytes(Uint8Array.of(value))
  }

  u16(value: number): this {
    return this.bytes(Uint8Array.of(value >>> 8, value))
  }

  u32(value: number): this {
    return this.bytes(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value))
  }

  /** At most 2^53 - 1. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x100000000)).u32(value % 0x100000000)
  }

  /** A length byte and that many bytes of UTF-8; what is longer than 255 bytes is cut between two characters. */
  text(value: string): this {
    const encoded = utf8Encoder.encode(value)
    let length = Math.min(encoded.length, 255)
    // Bytes 10xxxxxx go on with a character that began before.
    while (length < encoded.length && ((encoded[length] ?? 0) & 0xc0) === 0x80) length--
    return this.u8(length).bytes(encoded.subarray(0, length))
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
}

/**
 * Takes the fields of a message body one after the other and throws a WireError where the body is too short.
 * Bytes after the last field a reader knows are left alone: a newer peer may say more.
 */
export class ByteReader {
  readonly #body: Uint8Array
  #at = 0

  constructor(body: Uint8Array) {
    this.#body = body
  }

  /** A copy, so that what is kept does not keep a whole network buffer alive. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#body.length) throw new WireError(`message too short: ${this.#body.length} bytes`)
    // Not `slice`: that of a Buffer shares its memory.
    const copy = new Uint8Array(this.#body.subarray(this.#at, end))
    this.#at = end
    return copy
  }

  /** How many bytes have not been taken. */
  get left(): number {
    return this.#body.length - this.#at
  }

  u8(): number {
    return this.bytes(1)[0] ?? 0
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8()
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16()
  }

  /** At most 2^53 - 1: no counter of ours gets that far. */
  u64(): number {
    const value = this.u32() * 0x100000000 + this.u32()
    if (!Number.isSafeInteger(value)) throw new WireError('a number beyond 2^53')
    return value
  }

  text(): string {
    return utf8Decoder.decode(this.bytes(this.u8()))
  }

  /** A text that an older peer does not say, or a newer one says otherwise: then empty. */
  laterText(): string {
    return this.left > (this.#body[this.#at] ?? 0) ? this.text() : ''
  }
}
