import type { Duplex } from 'node:stream'
import { DatagramDecoder, encodeDatagram } from '../../wire/datagrams.ts'
import { resetStream } from '../../net/stream/splice.ts'
import type { PacketWay } from '../packet-way.ts'
import { basePacketBytes } from './packet-size.ts'

/** What may wait to be sent, as in the queue of a router; more is dropped. */
const maxUnsentBytes = 256 * 1024

/** Packets as datagrams in a stream of bytes: the way by the relay. Takes the stream over, which must not be flowing. */
export function streamWay(stream: Duplex): PacketWay {
  const decoder = new DatagramDecoder()
  let receive: (packet: Uint8Array) => void = () => undefined
  let ended: () => void = () => undefined
  const end = () => {
    resetStream(stream)
    ended()
    ended = () => undefined
  }
  stream.on('data', (chunk: Uint8Array) => {
    try {
      decoder.push(chunk, (packet) => receive(packet))
    } catch {
      end()
    }
  })
  stream.on('end', end)
  stream.on('close', end)
  // Always followed by `close`.
  stream.on('error', () => undefined)
  return {
    maxPacket: basePacketBytes,
    send: (packet) => {
      if (stream.destroyed || stream.writableEnded || stream.writableLength > maxUnsentBytes) return
      const bytes = encodeDatagram(packet)
      if (bytes) stream.write(bytes)
    },
    onPacket: (listener) => {
      receive = listener
    },
    onEnd: (listener) => {
      // It may have ended before anybody listened.
      if (stream.destroyed) listener()
      else ended = listener
    },
    close: () => {
      ended = () => undefined
      stream.end(() => resetStream(stream))
      stream.resume()
    },
  }
}
