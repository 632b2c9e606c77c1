import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { PrivateAcceptor, visitPrivately } from '../../native/private-link.ts'
import { privateVerifier } from '../../native/proofs.ts'
import { createIdentity } from '../../net/tls/identity.ts'
import { collect, someBytes, sumOf } from '../../testing/carried-world.ts'
import type { PacketWay } from '../packet-way.ts'
import { CarryLink } from './carry-link.ts'
import { streamWay } from '../packets/stream-way.ts'

const opened: { close(): void }[] = []

afterEach(() => {
  for (const one of opened.splice(0).toReversed()) one.close()
})

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

/** Two sockets of the system that send to each other. */
async function udpWays(): Promise<{ ways: [PacketWay, PacketWay]; cut: () => void }> {
  const sockets = [await boundSocket(), await boundSocket()] as const
  let isCut = false
  const way = (socket: Socket, { port }: { port: number }): PacketWay => {
    let isClosed = false
    return {
      maxPacket: 1_472,
      send: (packet) => {
        if (!isCut && !isClosed) socket.send(packet, port, '127.0.0.1', () => undefined)
      },
      onPacket: (receive) => {
        socket.on('message', (packet) => {
          if (!isCut) receive(packet)
        })
      },
      onEnd: () => undefined,
      close: () => {
        if (!isClosed) socket.close()
        isClosed = true
      },
    }
  }
  return {
    ways: [way(sockets[0], sockets[1].address()), way(sockets[1], sockets[0].address())],
    cut: () => {
      isCut = true
    },
  }
}

/** Links by a stream, as through the relay. */
function linked(onStream: (stream: Duplex) => void) {
  const [here, there] = duplexPair()
  const secret = Buffer.alloc(32, 9)
  const agent = new CarryLink({ secret, role: 'agent', relay: streamWay(there), onStream })
  const onWay: (() => void)[] = []
  const visitor = new CarryLink({
    secret,
    role: 'visitor',
    relay: streamWay(here),
    onStream: () => undefined,
    onWay: () => {
      for (const told of onWay.splice(0)) told()
    },
  })
  opened.push(agent, visitor)
  return { agent, visitor, changed: () => new Promise<void>((resolve) => onWay.push(resolve)) }
}

it(
  'carries private links over UDP and back by the relay, under a running copy',
  { timeout: 60_000 },
  async () => {
    const identity = createIdentity()
    const acceptor = new PrivateAcceptor(identity)
    const verifier = privateVerifier('a password of the tunnel')
    const { signal } = new AbortController()
    const failures: unknown[] = []
    const { agent, visitor, changed } = linked((stream) => {
      acceptor.accept(stream, { verifier, signal }).then(
        (inner) => inner.pipe(inner),
        (error: unknown) => failures.push(error),
      )
    })
    const { inside: stream, fingerprint } = await visitPrivately(visitor.openStream(), {
      verifier,
      checkFingerprint: () => undefined,
      signal,
    })
    expect(fingerprint).toBe(identity.fingerprint)
    const back = collect(stream)
    const sent = someBytes(12_000_000, Math.random)
    const direct = changed()
    const { ways, cut } = await udpWays()
    visitor.offerDirect(ways[0])
    agent.offerDirect(ways[1])
    stream.write(sent.subarray(0, 2_000_000))
    await direct
    expect(visitor.isDirect).toBe(true)
    const relayed = changed()
    stream.write(sent.subarray(2_000_000, 8_000_000))
    cut()
    await relayed
    expect(visitor.isDirect).toBe(false)
    stream.end(sent.subarray(8_000_000))
    await once(stream, 'end')
    expect(back.sum).toBe(sumOf(sent))
    expect(failures).toEqual([])
  },
)

it('takes nothing that the peer has not sent, nor anything twice', { timeout: 60_000 }, async () => {
  const { agent, visitor, changed } = linked((stream) => stream.pipe(stream))
  const { ways } = await udpWays()
  const direct = changed()
  let heard: ((packet: Uint8Array) => void) | undefined
  const [way] = ways
  const packets: Uint8Array[] = []
  visitor.offerDirect({
    ...way,
    onPacket: (receive) => {
      heard = receive
      way.onPacket((packet) => {
        packets.push(Uint8Array.from(packet))
        receive(packet)
      })
    },
  })
  agent.offerDirect(ways[1])
  await direct
  const stream = visitor.openStream()
  const echoed = collect(stream)
  const sent = someBytes(100_000, Math.random)
  stream.write(sent)
  for (const packet of packets) {
    // Once more, changed, and cut short.
    heard?.(packet)
    heard?.(packet.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))
    heard?.(packet.subarray(0, 20))
  }
  stream.end()
  await once(stream, 'end')
  expect(echoed.sum).toBe(sumOf(sent))
})
