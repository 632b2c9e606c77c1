import { encodePrefixed } from '../../relay-core/src/stock/messages/length-prefixed.ts'
import { socksDatagramsAsRelay } from '../../relay-core/src/stock/stock-socks-datagrams.ts'
import { WireError } from '../../relay-core/src/wire/bytes.ts'
import { DatagramDecoder, encodeDatagram, maxDatagramLength } from '../../relay-core/src/wire/datagrams.ts'
import { FakeSocket, turn } from './fake-socket.ts'
import { fuzz, outcome } from './fuzz.ts'
import { Trace } from './trace.ts'

const datagram = (length: number) => Buffer.from(encodeDatagram(Buffer.alloc(length, 'u')) ?? [])

function said(parts: readonly Buffer[]): string {
  const trace = new Trace()
  const decoder = new DatagramDecoder()
  const end = outcome([WireError], () => {
    for (const part of parts) {
      decoder.push(part, (found) => {
        if (found.length > maxDatagramLength) throw new Error(`a datagram of ${found.length} bytes`)
        trace.number(found.length)
        trace.bytes(found)
      })
    }
  })
  return `${trace.result} ${end.refused ?? ''}`
}

fuzz('wire datagrams', {
  samples: [datagram(0), datagram(1), datagram(700), Buffer.concat([datagram(3), datagram(4)])],
  check: ({ bytes, parts }) => {
    if (said([bytes]) !== said(parts)) throw new Error('split otherwise it reads otherwise')
  },
})

/** What a stock agent answers a SOCKS5 UDP visitor with. */
async function answers(parts: readonly Buffer[]): Promise<string> {
  const trace = new Trace()
  const inner = new FakeSocket()
  const stream = socksDatagramsAsRelay(inner)
  stream.on('data', (packet: Buffer) => {
    if (packet.length === 0 || packet.length > maxDatagramLength) throw new Error(`${packet.length} bytes`)
    trace.number(packet.length)
    trace.bytes(packet)
  })
  for (const part of parts) inner.push(part)
  await turn()
  const refused = stream.errored ? 'refused' : trace.result
  if (stream.errored && !(stream.errored instanceof RangeError)) throw stream.errored
  stream.destroy()
  await turn()
  if (!inner.destroyed) throw new Error('the stream beneath was left open')
  return refused
}

fuzz('socks answers', {
  samples: ['a', 'bb'.repeat(40), 'c'.repeat(1671)].map((text) => encodePrefixed(text)),
  check: async ({ bytes, parts }) => {
    if ((await answers([bytes])) !== (await answers(parts)))
      throw new Error('split otherwise it reads otherwise')
  },
})
