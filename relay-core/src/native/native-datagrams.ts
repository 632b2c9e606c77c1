import type { Duplex } from 'node:stream'
import { DatagramStream } from '../net/stream/datagram-stream.ts'
import { DatagramDecoder, encodeDatagram } from '../wire/datagrams.ts'

/** A stream of datagrams (spec/wire.md §5) as the datagrams in it. */
export function nativeDatagrams(stream: Duplex): DatagramStream {
  const decoder = new DatagramDecoder()
  return new DatagramStream(stream, {
    encode: encodeDatagram,
    decode: (chunk, onDatagram) => decoder.push(chunk, onDatagram),
  })
}
