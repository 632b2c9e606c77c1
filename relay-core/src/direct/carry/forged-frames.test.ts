import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { FrameWriter } from '../packets/frame-writer.ts'
import { PacketSeal, sealBytes } from '../packets/packet-seal.ts'
import { CarryLink } from './carry-link.ts'

const secret = Buffer.alloc(32, 7)
const links: CarryLink[] = []

afterEach(() => {
  for (const link of links.splice(0)) link.close()
})

/** An agent's end, and a visitor that knows the secret and keeps to no rule. */
function agentAndForger(onStream: (stream: Duplex) => void = () => undefined) {
  const sent: Uint8Array[] = []
  let receive: (packet: Uint8Array) => void = () => undefined
  const relay: PacketWay = {
    maxPacket: 1_200,
    send: (packet) => void sent.push(packet),
    onPacket: (listener) => {
      receive = listener
    },
    onEnd: () => undefined,
    close: () => undefined,
  }
  const clock = new ManualClock()
  const agent = new CarryLink({
    secret,
    role: 'agent',
    relay,
    clock,
    onStream,
  })
  links.push(agent)
  const ended: (Error | undefined)[] = []
  void agent.closed.then((error) => ended.push(error))
  const seal = new PacketSeal(secret, 'visitor')
  let number = 0
  const send = async (packetBytes: number, write: (writer: FrameWriter) => void) => {
    const writer = new FrameWriter(packetBytes - sealBytes)
    writer.begin(packetBytes)
    write(writer)
    writer.pad()
    receive(seal.seal(number++, writer.written))
    await Promise.resolve()
  }
  return { agent, clock, sent, ended, send }
}

describe('a link whose peer keeps to no rule', () => {
  it('drops a packet that is longer than any may be', async () => {
    const { ended, send } = agentAndForger()
    await send(1_501, (writer) => writer.bye())
    expect(ended).toEqual([])
    await send(1_500, (writer) => writer.bye())
    expect(ended).toEqual([undefined])
  })

  it('holds what a stuck reader is fed byte by byte together, not as many pieces', async () => {
    const opened = Promise.withResolvers<Duplex>()
    const { clock, send } = agentAndForger(opened.resolve)
    const sendByte = async (offset: number) => {
      await send(64, (writer) => writer.data(1, offset, Buffer.of(offset)))
      clock.advance(0)
    }
    await sendByte(0)
    const stream = await opened.promise
    // Its reader has looked, and takes nothing.
    stream.read(0)
    for (let offset = 1; offset < 10_000; offset += 1) await sendByte(offset)
    expect(stream.readableLength).toBeLessThan(10)
    const got: Buffer[] = []
    stream.on('data', (chunk: Buffer) => got.push(chunk))
    await new Promise(setImmediate)
    expect(Buffer.concat(got)).toEqual(Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 256)))
    expect(got.length).toBeLessThan(10)
  })

  it('sends at most one packet for one full of probes, and ends', async () => {
    const { sent, ended, send } = agentAndForger()
    await send(1_200, (writer) => writer.probe(1))
    expect(sent).toHaveLength(1)
    expect(ended).toEqual([])
    sent.length = 0
    await send(1_200, (writer) => {
      for (let token = 0; token < 200; token++) writer.probe(token)
    })
    // One echo and the goodbyes.
    expect(sent.length).toBeLessThanOrEqual(4)
    expect(ended).toMatchObject([{ message: 'two probes in a packet' }])
  })

  it('ends when it is told that packets have arrived which it has not sent', async () => {
    const { clock, sent, ended, send } = agentAndForger()
    const ack = (number: number) => send(64, (writer) => writer.ack([{ from: number, to: number }], 0))
    await send(64, (writer) => writer.ping())
    clock.advance(10)
    expect(sent).toHaveLength(1)
    await ack(0)
    expect(ended).toEqual([])
    await ack(1)
    expect(ended).toMatchObject([{ message: 'an ACK of what was never sent' }])
  })

  it('takes one ACK in a packet, as each is looked up among all that is under way', async () => {
    const { clock, sent, ended, send } = agentAndForger()
    await send(1_200, (writer) => writer.ping())
    clock.advance(10)
    expect(sent).toHaveLength(1)
    const ack = (writer: FrameWriter) => writer.ack([{ from: 0, to: 0 }], 0)
    await send(1_200, (writer) => {
      ack(writer)
      writer.window(0, 1)
    })
    expect(ended).toEqual([])
    await send(1_200, (writer) => {
      ack(writer)
      ack(writer)
    })
    expect(ended).toMatchObject([{ message: 'two ACKs in a packet' }])
  })

  it('ends when too many pieces wait, in however many streams', async () => {
    const { ended, send } = agentAndForger()
    const byte = Buffer.of(1)
    let pieces = 0
    while (pieces < 16_000) {
      await send(1_200, (writer) => {
        for (let count = 0; count < 80; count++, pieces++)
          writer.data(1 + 2 * (pieces % 64), 1 + 2 * pieces, byte)
      })
    }
    expect(ended).toEqual([])
    for (let packet = 0; packet < 10; packet++)
      await send(1_200, (writer) => {
        for (let count = 0; count < 80; count++, pieces++)
          writer.data(1 + 2 * (pieces % 64), 1 + 2 * pieces, byte)
      })
    expect(ended).toMatchObject([{ message: 'streams in too many pieces' }])
  })

  it('counts no piece of a stream that has been reset', async () => {
    const { ended, send } = agentAndForger()
    const byte = Buffer.of(1)
    for (let stream = 1; stream < 800; stream += 2) {
      await send(1_200, (writer) => {
        for (let count = 0; count < 70; count++) writer.data(stream, 1 + 2 * count, byte)
        writer.reset(stream, 200)
      })
    }
    expect(ended).toEqual([])
  })
})
