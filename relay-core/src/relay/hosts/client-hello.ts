import { maxRecordBytes } from '../../net/tls/secure-stream.ts'

/** What a TLS client sends before anything is encrypted. */
export interface ClientHello {
  /** The name it asks for, in lower case; undefined when it names none, or hides it so that only a cover name shows. */
  readonly serverName: string | undefined
}

export type HelloProgress =
  | { readonly state: 'incomplete' }
  | { readonly state: 'complete'; readonly hello: ClientHello }
  | { readonly state: 'refused'; readonly why: string }

const recordHeaderLength = 5
const handshakeHeaderLength = 4
/** Post-quantum key shares come to 2 KiB, a large session ticket adds some more; no browser sends a hello of this size. */
const maxHelloBytes = 65_536

/**
 * Collects a ClientHello (RFC 8446 §4.1.2) from chunks as they arrive, cut anywhere and spread over several records, and
 * finds the server name (RFC 6066 §3) in it. Processes every byte once, whatever the size of the chunks.
 */
export class ClientHelloReader {
  readonly #header = new Uint8Array(recordHeaderLength)
  #headerFilled = 0
  #recordLeft = 0
  #message = new Uint8Array(512)
  #filled = 0
  #wanted: number | undefined
  #result: HelloProgress = { state: 'incomplete' }

  push(chunk: Uint8Array): HelloProgress {
    for (let at = 0; at < chunk.length && this.#result.state === 'incomplete';) {
      at += this.#recordLeft > 0 ? this.#takeBody(chunk, at) : this.#takeHeader(chunk, at)
    }
    return this.#result
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    const taken = Math.min(recordHeaderLength - this.#headerFilled, chunk.length - at)
    this.#header.set(chunk.subarray(at, at + taken), this.#headerFilled)
    this.#headerFilled += taken
    const [type, major, , high = 0, low = 0] = this.#header
    if (type !== 22) return this.#refuse('it does not begin a TLS handshake')
    if (this.#headerFilled < recordHeaderLength) return taken
    const length = (high << 8) | low
    if (major !== 3) return this.#refuse('its TLS version is unknown')
    if (length === 0 || length > maxRecordBytes) return this.#refuse(`a TLS record has ${length} bytes`)
    this.#recordLeft = length
    this.#headerFilled = 0
    return taken
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const upTo = this.#wanted ?? handshakeHeaderLength
    const taken = Math.min(this.#recordLeft, chunk.length - at, upTo - this.#filled)
    this.#append(chunk.subarray(at, at + taken))
    this.#recordLeft -= taken
    if (this.#wanted === undefined && this.#filled === handshakeHeaderLength) {
      const [type, high = 0, middle = 0, low = 0] = this.#message
      if (type !== 1) return this.#refuse('it begins with no ClientHello')
      this.#wanted = handshakeHeaderLength + ((high << 16) | (middle << 8) | low)
      if (this.#wanted > maxHelloBytes) return this.#refuse(`its ClientHello has ${this.#wanted} bytes`)
    }
    if (this.#filled === this.#wanted) {
      this.#result = parseHello(this.#message.subarray(handshakeHeaderLength, this.#filled))
    }
    return taken
  }

  #append(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#message.length) {
      const larger = new Uint8Array(Math.max(this.#message.length * 2, this.#filled + bytes.length))
      larger.set(this.#message.subarray(0, this.#filled))
      this.#message = larger
    }
    this.#message.set(bytes, this.#filled)
    this.#filled += bytes.length
  }

  #refuse(why: string): number {
    this.#result = { state: 'refused', why }
    return 0
  }
}

/** Reads through `bytes`; every read is checked against the end. */
class Cursor {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  number(width: 1 | 2): number {
    const bytes = this.take(width)
    return width === 1 ? (bytes[0] ?? 0) : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('a length points beyond its end')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  vector(width: 1 | 2): Cursor {
    return new Cursor(this.take(this.number(width)))
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length
  }
}

function parseHello(body: Uint8Array): HelloProgress {
  try {
    const cursor = new Cursor(body)
    cursor.take(2 + 32) // legacy_version, random
    cursor.vector(1) // legacy_session_id
    cursor.vector(2) // cipher_suites
    cursor.vector(1) // legacy_compression_methods
    // TLS 1.2 clients may send no extensions at all.
    const serverName = cursor.atEnd ? undefined : findServerName(cursor.vector(2))
    return { state: 'complete', hello: { serverName } }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { state: 'refused', why: `its ClientHello is malformed: ${error.message}` }
  }
}

function findServerName(extensions: Cursor): string | undefined {
  let name: string | undefined
  while (!extensions.atEnd) {
    const type = extensions.number(2)
    const data = extensions.vector(2)
    if (type !== 0) continue
    const list = data.vector(2)
    while (!list.atEnd) {
      const kind = list.number(1)
      const text = list.vector(2).bytes
      if (kind === 0) name ??= String.fromCharCode(...text.subarray(0, 255)).toLowerCase()
    }
  }
  return name
}
