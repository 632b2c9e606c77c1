import { expect, test } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { streamKind } from '../../wire/stream-messages.ts'
import { HeldLinks } from './held-links.ts'
import { directServer } from './serve-direct.ts'

const { signal } = new AbortController()
const arrangementIntervalMs = 10_000

function startServer() {
  const clock = new ManualClock()
  const serve = directServer({
    acceptor: {
      accept: () => Promise.reject(new Error('no visitor')),
      acceptDirectly: () => Promise.reject(new Error('no visitor')),
    },
    dial: () => Promise.reject(new Error('no target')),
    relayAddress: () => '198.51.100.1',
    mayGuess: true,
    links: new HeldLinks({ relayHost: '198.51.100.1', clock }),
    log: silentLog,
  })
  /** With the same id each time, as only a relay with bad intentions says. */
  const arrange = (visitor = '203.0.113.7:40000') =>
    serve(
      {
        number: 1,
        host: '127.0.0.1',
        port: 8_888,
        visitor,
        kind: streamKind.direct,
        verifier: new Uint8Array(32),
        seenFrom: { id: new Uint8Array(16), key: new Uint8Array(32), port: 0, address: '' },
      },
      { signal },
    )
  return { clock, arrange }
}

test('sixteen links are all there are, whatever the relay calls them, and one that ends makes room for another', async () => {
  const { clock, arrange } = startServer()
  const links = []
  for (let i = 0; i < 16; i += 1) {
    links.push(await arrange())
    clock.advance(arrangementIntervalMs)
  }
  await expect(arrange()).rejects.toMatchObject({ code: 'target-denied' })
  links[3]?.abandon()
  await arrange()
  clock.advance(arrangementIntervalMs)
  await expect(arrange()).rejects.toMatchObject({ code: 'target-denied' })
})

test('one visitor has one link arranged in ten seconds, from whatever port', async () => {
  const { clock, arrange } = startServer()
  await arrange()
  await expect(arrange('203.0.113.7:40001')).rejects.toMatchObject({ code: 'target-denied' })
  await arrange('203.0.113.8:40000')
  clock.advance(arrangementIntervalMs)
  await arrange('203.0.113.7:40001')
})
