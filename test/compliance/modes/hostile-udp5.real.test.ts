import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { greetRelay, type StockRole } from '../../../relay-core/src/stock/messages/handshake.ts'
import { decodeLinkInfo } from '../../../relay-core/src/stock/messages/link-info.ts'
import { MuxSession } from '../../../relay-core/src/stock/mux/mux-session.ts'
import type { MuxStream } from '../../../relay-core/src/stock/mux/mux-stream.ts'
import { readPrefixed } from '../../../relay-core/src/stock/messages/read-prefixed.ts'
import { encodeSocksDatagram } from '../../../relay-core/src/net/stream/socks-datagram.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import { DatagramTargets } from '../../harness/peers/datagram-targets.ts'
import { testVkey } from '../native/native-pair.ts'
import { SessionPair } from './session-pair.ts'
import { SocksClient, socksCommands } from '../../harness/peers/socks-client.ts'
import { ending } from '../../harness/peers/loopback-targets.ts'

const signal = AbortSignal.timeout(25_000)

/** An agent that answers every datagram with the bytes it is told to, and echoes on every other stream. */
class HostileAgent {
  answer: Buffer = Buffer.alloc(0)
  readonly #sockets: Socket[] = []

  async start(bridgePort: number): Promise<this> {
    await this.#enter(bridgePort, 'main')
    const carrier = await this.#enter(bridgePort, 'chan')
    new MuxSession({ carrier, onStream: (stream) => void this.#serve(stream) }).start()
    return this
  }

  async #enter(port: number, role: StockRole): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => undefined)
    this.#sockets.push(socket)
    await once(socket, 'connect')
    await greetRelay(socket, { vkey: testVkey, version: '0.26.10', role, signal })
    return socket
  }

  async #serve(stream: MuxStream): Promise<void> {
    stream.on('error', () => undefined)
    const { type } = decodeLinkInfo(await readPrefixed(stream, { signal }))
    if (type === 'udp5') stream.on('data', () => stream.write(this.answer))
    else stream.pipe(stream)
  }

  async kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
  }
}

const agent = new HostileAgent()
const targets = new DatagramTargets()
let pair: SessionPair
let tunnels: OpenTunnels
let client: SocksClient

beforeAll(async () => {
  pair = await SessionPair.start('stock', { agent: (port) => agent.start(port) })
  tunnels = new OpenTunnels({ agents: pair.agents, host: '127.0.0.1', log: pair.log })
  await tunnels.open({ id: 1, clientId: 1, mode: 'socks5', port: 0, target: '' })
  client = new SocksClient(tunnels.port(1) ?? 0)
})
afterAll(async () => {
  client.close()
  targets.close()
  await tunnels.closeAll()
  await pair.close()
})

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

it.each([0, -1, -2_147_483_648, 2_147_483_647, 65_508])(
  'S7: an agent that says a datagram has %i bytes ends this association, and nothing else',
  async (value) => {
    const { session } = pair
    agent.answer = Buffer.concat([length(value), Buffer.alloc(64)])
    const { socket, bound } = await client.ask(socksCommands.associate, { host: '0.0.0.0', port: 0 })
    const { socket: other } = await client.ask(socksCommands.connect, { host: '127.0.0.1', port: 1 })
    const end = ending(socket)
    const visitor = await targets.bind()
    visitor.send(
      encodeSocksDatagram({ host: '127.0.0.1', port: 53, data: Buffer.from('?') }),
      bound.port,
      '127.0.0.1',
    )
    expect(await end).toBe('ECONNRESET')
    other.write('still here')
    const [echo] = (await once(other, 'data', { signal })) as [Buffer]
    expect(String(echo)).toBe('still here')
    expect(pair.session).toBe(session)
  },
)

it('S7: a packet that is none is dropped, and the next one arrives', async () => {
  const good = encodeSocksDatagram({ host: '10.0.0.1', port: 53, data: Buffer.from('!') })
  agent.answer = Buffer.concat([length(3), Buffer.from('abc'), length(good.length), good])
  const { bound } = await client.ask(socksCommands.associate, { host: '0.0.0.0', port: 0 })
  const visitor = await targets.bind()
  const answered = once(visitor, 'message', { signal }) as Promise<[Buffer]>
  visitor.send(good, bound.port, '127.0.0.1')
  const [packet] = await answered
  expect(packet.equals(good)).toBe(true)
})
