import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { streamWay } from '../packets/stream-way.ts'
import { RelayAddresses } from '../punch/relay-addresses.ts'
import { DirectLink } from './direct-link.ts'

/** As the reset of a peer leaves it, before anybody listens. */
async function endedStream(): Promise<PassThrough> {
  const stream = new PassThrough()
  stream.destroy()
  await new Promise((resolve) => setImmediate(resolve))
  expect(stream.closed).toBe(true)
  return stream
}

it('ends when its stream by the relay has ended before', async () => {
  const link = new DirectLink({
    role: 'agent',
    channel: {
      stream: await endedStream(),
      send: () => undefined,
      onCandidates: () => undefined,
      probeSecret: Buffer.alloc(64),
      packetSecret: Buffer.alloc(32),
    },
    seenFrom: { id: Buffer.alloc(16), key: Buffer.alloc(32), port: 0, address: '' },
    relay: '198.51.100.1',
    relayAddresses: new RelayAddresses('198.51.100.1'),
    mayOutlive: () => true,
    mayGuess: false,
    onStream: () => undefined,
    log: silentLog,
  })
  await link.carry.closed
  expect(link.ended.aborted).toBe(true)
})

it('tells a listener of the way by the relay that its stream has ended before', async () => {
  const way = streamWay(await endedStream())
  let count = 0
  way.onEnd(() => {
    count += 1
  })
  expect(count).toBe(1)
})
