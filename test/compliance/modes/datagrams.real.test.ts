import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodeSocksDatagram,
  encodeSocksDatagram,
} from '../../../relay-core/src/net/stream/socks-datagram.ts'
import { DatagramTargets } from '../../harness/peers/datagram-targets.ts'
import { SessionPair, type SessionPairOptions } from './session-pair.ts'

const signal = AbortSignal.timeout(60_000)
const deniedPort = 9

async function nextFrom(stream: Duplex): Promise<Buffer> {
  const [datagram] = (await once(stream, 'data', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
  return datagram
}

function datagrams(
  protocol: 'native' | 'stock',
  sizes: readonly number[],
  options: SessionPairOptions = {},
): void {
  let pair: SessionPair
  const targets = new DatagramTargets()

  beforeAll(async () => {
    pair = await SessionPair.start(protocol, { dialPolicy: ({ port }) => port !== deniedPort, ...options })
  })
  afterAll(async () => {
    targets.close()
    await pair.close()
  })

  it('keeps each datagram whole, there and back', async () => {
    const port = await targets.echo()
    const stream = await pair.session.openDatagrams({ host: '127.0.0.1', port }, { signal })
    for (const size of sizes) {
      const sent = Buffer.alloc(size, 'abcdefg')
      stream.write(sent)
      expect((await nextFrom(stream)).equals(sent)).toBe(true)
    }
    stream.destroy()
  })

  it('reaches a target over IPv6', async () => {
    const stream = await pair.session.openDatagrams(
      { host: '::1', port: await targets.echo('udp6') },
      { signal },
    )
    stream.write(Buffer.from('six'))
    expect(String(await nextFrom(stream))).toBe('six')
    stream.destroy()
  })

  it('goes on when nobody listens at the target', async () => {
    const gone = await targets.bind()
    const { port } = gone.address()
    const stream = await pair.session.openDatagrams({ host: '127.0.0.1', port }, { signal })
    gone.on('message', (data, from) => gone.send(data, from.port, from.address))
    stream.write(Buffer.from('there'))
    expect(String(await nextFrom(stream))).toBe('there')
    stream.destroy()
  })

  it('carries packets of SOCKS5, each to its own target, and loses what is none', async () => {
    const four = await targets.echo()
    const six = await targets.echo('udp6')
    const stream = await pair.session.openSocksDatagrams({ signal })
    stream.write(Buffer.from('no packet at all'))
    stream.write(encodeSocksDatagram({ host: '127.0.0.1', port: deniedPort, data: Buffer.from('x') }))
    for (const [host, port] of [
      ['127.0.0.1', four],
      ['::1', six],
      ['127.0.0.1', four],
    ] as const) {
      stream.write(encodeSocksDatagram({ host, port, data: Buffer.from(`to ${host}`) }))
      const answer = decodeSocksDatagram(await nextFrom(stream))
      expect(answer?.port).toBe(port)
      expect(String(answer?.data)).toBe(`to ${host}`)
    }
    stream.destroy()
  })
}

describe('datagrams over the native protocol', () => {
  datagrams('native', [0, 1, 1_200, 1_673, 9_000, 60_000, 65_507])

  it('says what became of the target', async () => {
    const pair = await SessionPair.start('native', { dialPolicy: ({ port }) => port !== deniedPort })
    const code = (host: string, port: number) =>
      pair.session.openDatagrams({ host, port }, { signal }).catch((error: { code: string }) => error.code)
    expect(await code('127.0.0.1', deniedPort)).toBe('target-denied')
    expect(await code('no-such-machine.invalid', 53)).toBe('target-unknown-host')
    await pair.close()
  })
})

describe('datagrams over the stock protocol', () => {
  describe('plain', () => {
    datagrams('stock', [1, 1_200, 1_671, 1_672])
  })
  describe('compressed', () => {
    datagrams('stock', [1, 1_200, 1_672], { compress: true })
  })
  describe('encrypted', () => {
    datagrams('stock', [1, 900, 1_100], { crypt: true })
  })
})
