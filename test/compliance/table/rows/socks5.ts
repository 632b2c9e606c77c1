import { once } from 'node:events'
import { expect } from 'vitest'
import {
  decodeSocksDatagram,
  encodeSocksDatagram,
} from '../../../../relay-core/src/net/stream/socks-datagram.ts'
import { DatagramTargets } from '../../../harness/peers/datagram-targets.ts'
import { refused, SocksClient, socksCommands } from '../../../harness/peers/socks-client.ts'
import { isStock } from '../pairs.ts'
import type { Pair } from '../pair.ts'
import type { Row } from '../table.ts'

const user = { name: 'ada', password: 'a-long-enough-password' }

async function withClient(
  pair: Pair,
  wish: { user?: typeof user },
  work: (client: SocksClient) => Promise<void>,
): Promise<void> {
  const client = new SocksClient(await pair.open({ mode: 'socks5', target: '', ...wish }))
  try {
    await work(client)
  } finally {
    client.close()
  }
}

async function expectEcho(
  pair: Pair,
  client: SocksClient,
  asking: Parameters<SocksClient['ask']>[2] = {},
): Promise<void> {
  const port = await pair.targets.echo()
  for (const address of [
    { host: '127.0.0.1', port },
    { name: 'localhost', port },
  ]) {
    const { socket, reply } = await client.ask(socksCommands.connect, address, asking)
    expect(reply).toBe(0)
    socket.write('hello')
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
    expect(String(answer)).toBe('hello')
    socket.destroy()
  }
}

export const socks5Rows: readonly Row[] = [
  {
    name: 'socks5: to an address and to a name',
    run: (pair) => withClient(pair, {}, (client) => expectEcho(pair, client)),
  },
  {
    name: 'socks5: with a user; a wrong password and none are refused',
    run: (pair) =>
      withClient(pair, { user }, async (client) => {
        await expectEcho(pair, client, { user })
        const address = { host: '127.0.0.1', port: 1 }
        const wrong = await client.ask(socksCommands.connect, address, { user: { ...user, password: 'no' } })
        expect(wrong.reply).toBe(refused)
        expect((await client.ask(socksCommands.connect, address)).reply).toBe(refused)
      }),
  },
  {
    name: 'socks5: a target that refuses is told',
    leftOut: ({ relay }) => isStock(relay) && 'a stock relay says success before anybody has dialled',
    run: (pair) =>
      withClient(pair, {}, async (client) => {
        const port = await pair.targets.closedPort()
        expect((await client.ask(socksCommands.connect, { host: '127.0.0.1', port })).reply).toBe(5)
      }),
  },
  {
    name: 'socks5: datagrams, each to its own target',
    run: (pair) =>
      withClient(pair, {}, async (client) => {
        const targets = new DatagramTargets()
        try {
          const { reply, bound } = await client.ask(socksCommands.associate, { host: '0.0.0.0', port: 0 })
          expect(reply).toBe(0)
          const visitor = await targets.bind()
          for (const port of [await targets.echo(), await targets.echo()]) {
            const data = Buffer.alloc(1_000, `to ${port} `)
            visitor.send(encodeSocksDatagram({ host: '127.0.0.1', port, data }), bound.port, '127.0.0.1')
            const [packet] = (await once(visitor, 'message', { signal: AbortSignal.timeout(5_000) })) as [
              Buffer,
            ]
            expect(decodeSocksDatagram(packet)).toEqual({ host: '127.0.0.1', port, data })
          }
        } finally {
          targets.close()
        }
      }),
  },
]
