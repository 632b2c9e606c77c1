import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodePrefixed } from '../../relay-core/src/stock/messages/length-prefixed.ts'
import {
  encodeBare,
  encodeDataRun,
  MuxFrameDecoder,
  muxFlag,
} from '../../relay-core/src/stock/mux/mux-frames.ts'
import { stockConnection, stockConnections } from './hostile-agent.ts'
import { keptFor, open } from './strangers.ts'
import { badVkey, publicVkey, unharmed, Victim } from './victim.ts'

let victim: Victim

beforeAll(async () => {
  victim = await Victim.start()
})
afterAll(() => victim.close())

const prefixed = (kind: string, document: string) =>
  Buffer.concat([Buffer.from(kind), encodePrefixed(document)])

test('S6: a configuration that breaks off, has no target or lies about its length ends its own connection', async () => {
  const words = [
    Buffer.from('host'),
    Buffer.from('task'),
    Buffer.from('conf'),
    Buffer.from('stus'),
    Buffer.concat([Buffer.from('task'), Buffer.from([0xff, 0xff, 0xff, 0xff])]),
    Buffer.concat([Buffer.from('host'), Buffer.from([0xff, 0xff, 0xff, 0x7f])]),
    prefixed('task', '{"Mode":"tcp","Ports":"20101"}'),
    prefixed('host', '{"Host":"lab.example"}'),
    prefixed('task', 'null'),
    prefixed('conf', '[]'),
  ]
  const attack = async () => {
    for (const vkey of [publicVkey, badVkey]) {
      for (const said of words) {
        const socket = await stockConnection(victim.bridgePort, vkey, 'conf')
        socket.end(said)
        await keptFor(socket, 10_000)
      }
    }
  }
  expect(await victim.after(attack)).toEqual(unharmed)
})

/** A stock agent that answers every stream with these bytes. */
async function agentThatAnswers(words: Buffer): Promise<{ chan: Socket; main: Socket }> {
  const { main, chan } = await stockConnections(victim.bridgePort, badVkey)
  const nothing = () => undefined
  const decoder = new MuxFrameDecoder({
    ping: nothing,
    pong: nothing,
    open: (id) => chan.write(encodeBare(muxFlag.opened, id)),
    opened: nothing,
    openFailed: nothing,
    data: (id) => chan.write(encodeDataRun(id, words, true)),
    window: nothing,
    close: nothing,
  })
  chan.on('data', (bytes: Buffer) => decoder.decode(bytes))
  return { main, chan }
}

/** A visitor of a SOCKS5 tunnel that sends one datagram. */
async function visitBySocks(port: number): Promise<Socket> {
  const socket = open(port).pause()
  socket.write(Buffer.from('050100', 'hex'))
  await once(socket, 'readable')
  socket.read()
  socket.write(Buffer.from('05030001000000000000', 'hex'))
  await once(socket, 'readable')
  const answer = socket.read() as Buffer
  const udp = createSocket('udp4')
  const packet = Buffer.from('00000001 7f000001 0009 68656c6c6f'.replaceAll(' ', ''), 'hex')
  await new Promise((resolve) => udp.send(packet, answer.readUInt16BE(8), '127.0.0.1', resolve))
  udp.close()
  return socket
}

test('S7: a wrong length in an answer to SOCKS5 datagrams ends that visit only', async () => {
  const { port } = await victim.api.tunnels.add({ clientId: victim.badClientId, mode: 'socks5', target: '' })
  const attack = async () => {
    for (const length of [0, -1, 1_672, 65_536, 0x7fffffff]) {
      const words = Buffer.alloc(2_000)
      words.writeInt32LE(length)
      const { main, chan } = await agentThatAnswers(words)
      await victim.agentOnline()
      const visitor = await visitBySocks(port ?? 0)
      visitor.resume()
      // An association whose stream is broken has ended, and the visitor is told so.
      await keptFor(visitor, 10_000)
      for (const socket of [main, chan]) socket.destroy()
    }
  }
  expect(await victim.after(attack)).toEqual(unharmed)
})
