import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { endpointKey, type UdpEndpoint } from './udp-endpoint.ts'
import { probeKeys } from './probe-keys.ts'
import { decodeProbe, encodeProbe, probeNonceLength } from './probe-packets.ts'
import { maxProbesPerEndpoint, Punch, punchTimeoutMs } from './punch.ts'
import type { PunchSocket } from './punch-socket.ts'
import { udpWay } from './udp-way.ts'

const secret = randomBytes(64)

/** A socket whose packets are only counted. */
function countingSocket() {
  const sent = new Map<string, number>()
  const socket: PunchSocket = {
    family: 4,
    port: 40_000,
    onDatagram: () => undefined,
    send: (_, to) => void sent.set(endpointKey(to), (sent.get(endpointKey(to)) ?? 0) + 1),
    sendShort: (datagram, to) => socket.send(datagram, to),
    close: () => undefined,
  }
  return { socket, sent }
}

function punchTo(
  peers: readonly UdpEndpoint[],
  { beginsUnseen = false, role = 'visitor' as 'visitor' | 'agent', heard = new Map<string, string>() } = {},
) {
  const clock = new ManualClock()
  const { socket, sent } = countingSocket()
  const punch = new Punch({
    role,
    keys: probeKeys(secret, role),
    heard,
    sockets: [socket],
    peers,
    mayProbe: ({ port }) => port >= 1_024,
    beginsUnseen,
    clock,
    signal: new AbortController().signal,
  })
  return { clock, socket, sent, way: punch.open() }
}

const peers = [
  { address: '192.168.1.12', port: 50_000 },
  { address: '198.51.100.2', port: 50_001 },
]

test.each([false, true])(
  'an end that hears nothing sends each endpoint sixty packets at most, and has given up after 3 s (beginning unseen: %s)',
  async (beginsUnseen) => {
    const { clock, sent, way } = punchTo(peers, { beginsUnseen })
    clock.advance(punchTimeoutMs - 1)
    expect(sent.size).toBe(2)
    for (const count of sent.values()) {
      expect(count).toBeGreaterThan(20)
      expect(count).toBeLessThanOrEqual(maxProbesPerEndpoint)
    }
    clock.advance(1)
    expect(await way).toBeUndefined()
    expect(clock.waiting).toBe(0)
  },
)

test('the first ten probes follow each other every 40 ms, the later ones every 150', () => {
  const [peer] = peers
  const { clock, sent } = punchTo(peer ? [peer] : [])
  const count = () => [...sent.values()][0]
  expect(count()).toBe(1)
  clock.advance(39)
  expect(count()).toBe(1)
  clock.advance(9 * 40 - 39)
  expect(count()).toBe(10)
  clock.advance(149)
  expect(count()).toBe(10)
  clock.advance(1)
  expect(count()).toBe(11)
  clock.advance(punchTimeoutMs)
})

test('who begins unseen sends one packet that dies after three routers, and the others 150 ms later', () => {
  const clock = new ManualClock()
  const packets: string[] = []
  const { socket } = countingSocket()
  socket.send = () => packets.push('whole way')
  socket.sendShort = (_datagram, _to, hops) => packets.push(`${hops} routers`)
  void new Punch({
    role: 'visitor',
    keys: probeKeys(secret, 'visitor'),
    heard: new Map(),
    sockets: [socket],
    peers: peers.slice(0, 1),
    mayProbe: () => true,
    beginsUnseen: true,
    clock,
    signal: new AbortController().signal,
  }).open()
  clock.advance(149)
  expect(packets).toEqual(['3 routers'])
  clock.advance(1)
  expect(packets).toEqual(['3 routers', 'whole way'])
  clock.advance(punchTimeoutMs)
})

test('an endpoint that may not be probed gets nothing, whoever names it or seems to send from it', async () => {
  const forbidden = { address: '198.51.100.2', port: 53 }
  const { clock, socket, sent, way } = punchTo([forbidden])
  const nonce = randomBytes(probeNonceLength)
  socket.onDatagram(encodeProbe({ type: 'probe', nonce }, probeKeys(secret, 'agent')), forbidden)
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
  expect(sent.size).toBe(0)
})

test('a probe from where nobody has said the peer is is answered there, and only so many such places are probed', async () => {
  const { clock, socket, sent, way } = punchTo([])
  for (let port = 50_000; port < 50_100; port += 1) {
    const nonce = randomBytes(probeNonceLength)
    const probe = encodeProbe({ type: 'probe', nonce }, probeKeys(secret, 'agent'))
    socket.onDatagram(probe, { address: '198.51.100.2', port })
  }
  expect(sent.size).toBe(100)
  clock.advance(punchTimeoutMs)
  expect([...sent.values()].filter((count) => count > 1)).toHaveLength(8)
  expect(await way).toBeUndefined()
})

test('a probe that somebody sends again from elsewhere is neither answered nor probed there', async () => {
  const { clock, socket, sent, way } = punchTo([])
  const nonce = randomBytes(probeNonceLength)
  const probe = encodeProbe({ type: 'probe', nonce }, probeKeys(secret, 'agent'))
  const from = { address: '198.51.100.2', port: 50_000 }
  socket.onDatagram(probe, from)
  socket.onDatagram(probe, { address: '203.0.113.99', port: 50_000 })
  expect([...sent.keys()]).toEqual([endpointKey(from)])
  // A packet may come twice by itself: its answer may have been lost.
  const before = sent.get(endpointKey(from)) ?? 0
  socket.onDatagram(probe, from)
  expect(sent.get(endpointKey(from))).toBe(before + 1)
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
  expect(sent.size).toBe(1)
})

test('nor is one of an earlier attempt of the same link', async () => {
  const heard = new Map<string, string>()
  const first = punchTo([], { heard })
  const nonce = randomBytes(probeNonceLength)
  const probe = encodeProbe({ type: 'probe', nonce }, probeKeys(secret, 'agent'))
  first.socket.onDatagram(probe, { address: '198.51.100.2', port: 50_000 })
  first.clock.advance(punchTimeoutMs)
  expect(first.sent.size).toBe(1)
  const second = punchTo([], { heard })
  second.socket.onDatagram(probe, { address: '203.0.113.99', port: 50_000 })
  second.clock.advance(punchTimeoutMs)
  expect(await second.way).toBeUndefined()
  expect(second.sent.size).toBe(0)
})

test('a choice that somebody sends again from elsewhere makes the agent send nothing there', async () => {
  const { clock, socket, sent, way } = punchTo([], { role: 'agent' })
  const nonce = randomBytes(probeNonceLength)
  const choose = encodeProbe({ type: 'choose', nonce }, probeKeys(secret, 'visitor'))
  const from = { address: '198.51.100.2', port: 50_000 }
  socket.onDatagram(choose, from)
  socket.onDatagram(choose, { address: '203.0.113.99', port: 50_000 })
  expect([...sent.keys()]).toEqual([endpointKey(from)])
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
})

test('whoever sends a probe again, and is quicker, does not keep the peer itself from being answered', async () => {
  const peer = { address: '198.51.100.2', port: 50_000 }
  const { clock, socket, sent, way } = punchTo([peer])
  const nonce = randomBytes(probeNonceLength)
  const probe = encodeProbe({ type: 'probe', nonce }, probeKeys(secret, 'agent'))
  socket.onDatagram(probe, { address: '203.0.113.99', port: 50_000 })
  const before = sent.get(endpointKey(peer)) ?? 0
  socket.onDatagram(probe, peer)
  expect(sent.get(endpointKey(peer))).toBe(before + 1)
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
})

test('what is not by the peer’s key is neither answered nor probed', async () => {
  const { clock, socket, sent, way } = punchTo([])
  const stranger = probeKeys(randomBytes(64), 'agent')
  for (const type of ['probe', 'answer', 'choose', 'chosen'] as const)
    socket.onDatagram(encodeProbe({ type, nonce: randomBytes(probeNonceLength) }, stranger), {
      address: '198.51.100.2',
      port: 50_000,
    })
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
  expect(sent.size).toBe(0)
})

test('an answer from elsewhere than the question went to opens no way', async () => {
  const { clock, socket, way } = punchTo([{ address: '198.51.100.2', port: 50_000 }])
  const nonces: Uint8Array[] = []
  socket.send = (datagram) => void nonces.push(new Uint8Array(datagram.subarray(5, 5 + probeNonceLength)))
  clock.advance(40)
  for (const nonce of nonces.splice(0))
    socket.onDatagram(encodeProbe({ type: 'answer', nonce }, probeKeys(secret, 'agent')), {
      address: '203.0.113.99',
      port: 50_000,
    })
  clock.advance(punchTimeoutMs)
  expect(await way).toBeUndefined()
})

test('an agent lets a visitor choose only a way on which one of its own probes was answered', async () => {
  const { clock, socket, way } = punchTo([], { role: 'agent' })
  const visitor = probeKeys(secret, 'visitor')
  const from = { address: '198.51.100.2', port: 50_000 }
  const sent: Buffer[] = []
  socket.send = (datagram) => void sent.push(Buffer.from(datagram))
  const types = () => sent.splice(0).map((datagram) => decodeProbe(datagram, { peer: visitor.peer })?.type)
  let found: unknown
  void way.then((open) => {
    found = open
  })
  const choose = encodeProbe({ type: 'choose', nonce: randomBytes(probeNonceLength) }, visitor)
  socket.onDatagram(choose, from)
  await Promise.resolve()
  expect(found).toBeUndefined()
  const [asked] = sent
  expect(types()).toEqual(['probe'])
  const nonce = decodeProbe(asked ?? Buffer.alloc(0), { peer: visitor.peer })?.nonce ?? Buffer.alloc(0)
  socket.onDatagram(encodeProbe({ type: 'answer', nonce }, visitor), { ...from, port: 50_001 })
  for (let count = 0; count < 1_000; count++) socket.onDatagram(choose, from)
  expect(types().length).toBeLessThan(maxProbesPerEndpoint)
  socket.onDatagram(encodeProbe({ type: 'answer', nonce }, visitor), from)
  socket.onDatagram(choose, from)
  expect(types()).toEqual(['chosen'])
  expect(await way).toMatchObject({ peer: from })
  expect(clock.waiting).toBe(0)
})

/** Which packets of the agent get lost, by their count from 0. */
test.each([
  ['none', () => false],
  ['the first ten', (count: number) => count < 10],
  ['every other one', (count: number) => count % 2 === 0],
])('both ends settle on the same way, the packets of one that get lost: %s', async (_, isLost) => {
  const clock = new ManualClock()
  const at = {
    visitor: { address: '198.51.100.1', port: 40_001 },
    agent: { address: '198.51.100.2', port: 40_002 },
  }
  let count = 0
  const sockets = new Map<number, PunchSocket>()
  const settle = async (role: 'visitor' | 'agent') => {
    const keys = probeKeys(secret, role)
    const socket: PunchSocket = {
      family: 4,
      port: at[role].port,
      onDatagram: () => undefined,
      send: (datagram, to) => {
        if (role === 'agent' && isLost(count++)) return
        clock.after(10, () => sockets.get(to.port)?.onDatagram(datagram, at[role]))
      },
      sendShort: () => undefined,
      close: () => undefined,
    }
    sockets.set(socket.port, socket)
    const way = await new Punch({
      role,
      keys,
      heard: new Map(),
      sockets: [socket],
      // The visitor's router has given it an address that the agent does not know.
      peers: role === 'visitor' ? [at.agent] : [],
      mayProbe: () => true,
      beginsUnseen: false,
      clock,
      signal: new AbortController().signal,
    }).open()
    return way && udpWay(way.socket, way.peer, keys).peer
  }
  const both = Promise.all([settle('visitor'), settle('agent')])
  for (let passedMs = 0; passedMs <= punchTimeoutMs; passedMs += 10) {
    clock.advance(10)
    // Whoever has settled uses the way from then on.
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await both).toEqual([at.agent, at.visitor])
  expect(clock.waiting).toBe(0)
})
