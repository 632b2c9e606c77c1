import { WireError } from './bytes.ts'
import { PartialBody } from './partial-body.ts'

/** The largest payload of UDP over IPv4: 65,535 less the headers of IP and UDP. */
export const maxDatagramLength = 65_507

const lengthBytes = 2

/** A datagram as it lies in a stream of datagrams: `u16 length | bytes`. Undefined for one that is too long for UDP. */
export function encodeDatagram(datagram: Uint8Array): Uint8Array | undefined {
  if (datagram.length > maxDatagramLength) return undefined
  const framed = new Uint8Array(lengthBytes + datagram.length)
  framed[0] = datagram.length >>> 8
  framed[1] = datagram.length
  framed.set(datagram, lengthBytes)
  return framed
}

/** Cuts a stream into the datagrams in it, however the network split or merged it. Holds at most one. */
export class DatagramDecoder {
  #lengthBytes = 0
  #length = 0
  #body: PartialBody | undefined

  /**
   * Takes the next bytes and hands over each datagram that is whole; it may share memory with `chunk`. Throws a
   * WireError on a length that no datagram has, after which the decoder must not be used again.
   */
  push(chunk: Uint8Array, onDatagram: (datagram: Uint8Array) => void): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#body) {
        at = this.#body.take(chunk, at)
        const body = this.#body.whole
        if (body) {
          this.#body = undefined
          onDatagram(body)
        }
      } else {
        this.#length = this.#length * 256 + (chunk[at] ?? 0)
        at += 1
        this.#lengthBytes += 1
        if (this.#lengthBytes === lengthBytes) at = this.#begin(chunk, at, onDatagram)
      }
    }
  }

  /** A length is complete: says where to go on in `chunk`. */
  #begin(chunk: Uint8Array, at: number, onDatagram: (datagram: Uint8Array) => void): number {
    const length = this.#length
    this.#length = 0
    this.#lengthBytes = 0
    if (length > maxDatagramLength) throw new WireError(`a datagram of ${length} bytes`)
    if (at + length <= chunk.length) {
      onDatagram(chunk.subarray(at, at + length))
      return at + length
    }
    this.#body = new PartialBody(length)
    return at
  }
}
