import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { addressBytes } from '../../net/address/address-bytes.ts'
import type { Candidates } from '../../wire/direct-messages.ts'
import { probeKeys } from './probe-keys.ts'
import type { PunchSocket } from './punch-socket.ts'
import { seekWay } from './seek-way.ts'
import { encodeSeenAnswer, readSeenRequest } from './seen-packets.ts'

const relay = '198.51.100.1'
const seenFrom = { id: randomBytes(16), key: randomBytes(32), port: 8_024, address: '203.0.113.7' }
const theirs: Candidates = {
  attempt: 1,
  hasPortPerPeer: false,
  mayGuess: true,
  beginsUnseen: false,
  list: [{ kind: 'seen', address: addressBytes('198.51.100.2'), port: 50_000 }],
}

/** Sockets behind a router that gives each destination another port; nothing answers but the relay. */
function sockets(onOpen: (count: number) => void) {
  const open = new Set<PunchSocket>()
  let count = 0
  const openSocket = (family: 4 | 6): Promise<PunchSocket> => {
    count += 1
    const socket: PunchSocket = {
      family,
      port: 40_000 + count,
      onDatagram: () => undefined,
      send: (datagram, to) => {
        const request = to.address === relay ? readSeenRequest(datagram) : undefined
        if (!request) return
        const answer = encodeSeenAnswer(
          request.nonce,
          { address: seenFrom.address, port: to.port + 1_000 },
          seenFrom.key,
        )
        setImmediate(() => socket.onDatagram(answer, to))
      },
      sendShort: () => undefined,
      close: () => open.delete(socket),
    }
    open.add(socket)
    onOpen(count)
    return Promise.resolve(socket)
  }
  return { openSocket, open }
}

test('a link that ends while many ports are being opened ends the attempt alone, and leaves no socket', async () => {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const ending = new AbortController()
  const { openSocket, open } = sockets((count) => {
    if (count === 60) ending.abort(new Error('the direct link has ended'))
  })
  try {
    const way = seekWay({
      role: 'agent',
      keys: probeKeys(randomBytes(64), 'agent'),
      heard: new Map(),
      seenFrom,
      relay,
      relayAddresses: { all: () => Promise.resolve([relay]) },
      mayGuess: true,
      attempt: 1,
      beginsUnseen: false,
      exchange: () => Promise.resolve(theirs),
      signal: ending.signal,
      openSocket,
    })
    await expect(way).rejects.toThrow('the direct link has ended')
    expect(unhandled).toEqual([])
    expect(open.size).toBe(0)
  } finally {
    process.off('unhandledRejection', onUnhandled)
  }
})
