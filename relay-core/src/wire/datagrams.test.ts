import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WireError } from './bytes.ts'
import { DatagramDecoder, encodeDatagram, maxDatagramLength } from './datagrams.ts'

function decode(chunks: readonly Uint8Array[]): number[][] {
  const decoder = new DatagramDecoder()
  const datagrams: number[][] = []
  for (const chunk of chunks) decoder.push(chunk, (datagram) => datagrams.push([...datagram]))
  return datagrams
}

describe('datagrams in a stream', () => {
  it('lie there as a length and the bytes', () => {
    expect(encodeDatagram(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(0, 3, 1, 2, 3))
    expect(encodeDatagram(new Uint8Array())).toEqual(Uint8Array.of(0, 0))
  })

  it('may have every length that UDP has, and no other', () => {
    const longest = encodeDatagram(new Uint8Array(maxDatagramLength).fill(7))
    expect(decode([longest ?? new Uint8Array()])[0]?.length).toBe(65_507)
    expect(encodeDatagram(new Uint8Array(maxDatagramLength + 1))).toBeUndefined()
    expect(() => decode([Uint8Array.of(0xff, 0xe4)])).toThrow(WireError)
  })

  it('come out whole and in order, however they were split and merged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.infiniteStream(fc.nat(17)),
        (datagrams, sizes) => {
          const bytes = datagrams.flatMap((datagram) => [...(encodeDatagram(datagram) ?? [])])
          const chunks: Uint8Array[] = []
          for (let at = 0; at < bytes.length;) {
            const size = sizes.next().value + 1
            chunks.push(Uint8Array.from(bytes.slice(at, at + size)))
            at += size
          }
          expect(decode(chunks)).toEqual(datagrams.map((datagram) => [...datagram]))
        },
      ),
    )
  })
})
