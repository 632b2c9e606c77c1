import type { Duplex } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { readExactly } from '../../../relay-core/src/net/stream/read-exactly.ts'
import { Targets } from '../../harness/peers/loopback-targets.ts'
import { answeringPorts } from '../../../relay-core/src/api-client/index.ts'
import { DirectLink } from '../../../relay-core/src/direct/link/direct-link.ts'
import { openPunchSocket } from '../../../relay-core/src/direct/punch/punch-socket.ts'
import { RelayAddresses } from '../../../relay-core/src/direct/punch/relay-addresses.ts'
import { askSeenAddress } from '../../../relay-core/src/direct/punch/seen-address.ts'
import { visitDirectly, visitPrivately } from '../../../relay-core/src/native/private-link.ts'
import { privateVerifier } from '../../../relay-core/src/native/proofs.ts'
import { openDirectVisit, type DirectVisit } from '../../../relay-core/src/native/visit-link.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

const { signal } = new AbortController()
const password = 'a-password-of-32-characters-long'
const target = '127.0.0.1:8888'
const verifier = privateVerifier(password)

let relay: RelayWithAgent
const streams: Duplex[] = []

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy()
  await relay.close()
})

async function addTunnel(more: object = {}): Promise<number> {
  const settings = { password }
  const added = { clientId: relay.clientId, mode: 'private', target, settings, ...more } as const
  return (await relay.api.tunnels.add(added)).id
}

async function visit(): Promise<DirectVisit> {
  const port = Number(relay.server.split(':')[1])
  const options = { host: '127.0.0.1', port, password, checkFingerprint: () => undefined, tickets: {} }
  const made = await openDirectVisit({ ...options, signal })
  streams.push(made.stream)
  return made
}

function arrange({ stream }: DirectVisit) {
  return visitDirectly(stream, { verifier, checkFingerprint: () => undefined, signal })
}

function closing(stream: Duplex): Promise<void> {
  stream.on('error', () => undefined)
  return new Promise((resolve) => void stream.once('close', () => resolve()))
}

test('a visitor and the agent are introduced, and the relay tells the visitor where it sees it', async () => {
  relay = await startRelayWithAgent()
  const tunnelId = await addTunnel()
  const visited = await visit()
  const { inside } = await arrange(visited)
  expect([inside.probeSecret.length, inside.packetSecret.length]).toEqual([64, 32])

  const socket = await openPunchSocket(4)
  if (!socket) throw new Error('no socket')
  try {
    const { seenFrom, relayAddress } = visited
    expect(await askSeenAddress(socket, seenFrom, { relay: relayAddress, signal })).toEqual({
      seen: { address: '127.0.0.1', port: socket.port },
      hasPortPerPeer: false,
    })
  } finally {
    socket.close()
  }

  const closed = closing(inside.stream)
  await relay.api.tunnels.stop({ id: tunnelId })
  await closed
})

test('a private proxy is one by a direct link too, and reaches only what its lab box allows', async () => {
  const targets = new Targets()
  const [echo, denied] = [await targets.echo(), 9]
  relay = await startRelayWithAgent({ dialPolicy: ({ port }) => port !== denied })
  await addTunnel({ mode: 'privateSocks5', target: '' })
  const { seenFrom, relayAddress, ...visited } = await visit()
  const { inside: channel } = await arrange({ seenFrom, relayAddress, ...visited })
  const link = new DirectLink({
    role: 'visitor',
    channel,
    seenFrom,
    relay: relayAddress,
    relayAddresses: new RelayAddresses(relayAddress),
    mayGuess: false,
    mayOutlive: () => false,
    onStream: () => undefined,
    log: silentLog,
  })
  const ask = async (port: number) => {
    const options = { verifier, checkFingerprint: () => undefined, signal }
    const { inside } = await visitPrivately(link.carry.openStream(), options)
    streams.push(inside)
    inside.on('error', () => undefined)
    expect(inside.isProxy).toBe(true)
    inside.write(Buffer.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 0xff))
    const answer = await readExactly(inside, 12, { signal: AbortSignal.timeout(10_000) })
    return { inside, reply: answer[3] }
  }
  expect((await ask(denied)).reply).toBe(2)
  const { inside, reply } = await ask(echo)
  expect(reply).toBe(0)
  inside.end('hello')
  expect(String(await readExactly(inside, 5, { signal: AbortSignal.timeout(10_000) }))).toBe('hello')
  link.carry.close()
  await targets.close()
})

test.each([
  ['a rate', { limits: { rateBytesPerSecond: 1_000_000 } }],
  ['a quota', { limits: { quotaBytes: 1_000_000 } }],
  ['a month’s quota', { limits: { monthlyQuotaBytes: 1_000_000 } }],
  ['a number of connections', { limits: { maxConnections: 5 } }],
  ['a list of addresses', { limits: { allow: ['127.0.0.0/8'] } }],
  ['several targets', { target: `${target},127.0.0.1:8889` }],
])('a tunnel with %s has to go by the relay', async (_, more) => {
  relay = await startRelayWithAgent()
  await addTunnel(more)
  await expect(visit()).rejects.toMatchObject({ code: 'direct-limited' })
})

test('a link ends once there is something to limit', async () => {
  relay = await startRelayWithAgent()
  await addTunnel()
  const { inside } = await arrange(await visit())
  const closed = closing(inside.stream)
  await relay.api.clients.edit({ id: relay.clientId, limits: { rateBytesPerSecond: 1_000_000 } })
  await closed
  await expect(visit()).rejects.toMatchObject({ code: 'direct-limited' })
})

const inAMoment = () => Date.now() + 500

test.each([
  ['its tunnel is removed', (id: number) => relay.api.tunnels.remove({ id })],
  [
    'its tunnel gets another target',
    (id: number) => relay.api.tunnels.edit({ id, target: '127.0.0.1:8889' }),
  ],
  [
    'its password is another one',
    (id: number) => relay.api.tunnels.edit({ id, settings: { password: `${password}, changed` } }),
  ],
  ['the lab box is switched off', () => relay.api.clients.setEnabled({ id: relay.clientId, enabled: false })],
  [
    'the last day of its tunnel is over',
    (id: number) => relay.api.tunnels.edit({ id, limits: { expiresAtMs: inAMoment() } }),
  ],
  [
    'the last day of the lab box is over',
    () => relay.api.clients.edit({ id: relay.clientId, limits: { expiresAtMs: inAMoment() } }),
  ],
])('a link ends when %s', async (_, end) => {
  relay = await startRelayWithAgent()
  const tunnelId = await addTunnel()
  const { inside } = await arrange(await visit())
  const closed = closing(inside.stream)
  await end(tunnelId)
  await expect(closed).resolves.toBeUndefined()
})

test('a link ends once the relay lets registered addresses in alone', async () => {
  relay = await startRelayWithAgent()
  await addTunnel()
  const { inside } = await arrange(await visit())
  const closed = closing(inside.stream)
  await relay.configure({ ipLimit: true })
  await closed
  await expect(visit()).rejects.toMatchObject({ code: 'address-denied' })
})

test.each([
  ['a relay', { hasDirectLinks: false }, 'direct-off'],
  ['an agent', { direct: 'no' as const }, 'direct-declined'],
])('%s that takes no part says so, and visits by the relay go on', async (_, how, code) => {
  relay = await startRelayWithAgent(how)
  await addTunnel()
  await expect(visit()).rejects.toMatchObject({ code })
})

test('an agent lets one visitor arrange one link in ten seconds', async () => {
  relay = await startRelayWithAgent()
  await addTunnel()
  await arrange(await visit())
  await expect(visit()).rejects.toMatchObject({ code: 'target-denied' })
})

test('who does not know the password is introduced to nobody', async () => {
  relay = await startRelayWithAgent()
  await addTunnel({ settings: { password: `${password}, but another one` } })
  await expect(visit()).rejects.toMatchObject({ code: 'wrong-password' })
})

test('whoever may use the API sees which UDP ports it reaches', async () => {
  relay = await startRelayWithAgent()
  const bridgePort = Number(relay.server.split(':')[1])
  const found: { ports: number[]; answered: number[] }[] = []
  for await (const key of await relay.api.status.seenKey({})) {
    const answered = await answeringPorts('127.0.0.1', key, { signal, timeoutMs: 20_000 })
    found.push({ ports: key.ports, answered: [...answered.keys()].toSorted() })
    break
  }
  expect(found[0]?.ports).toContain(bridgePort)
  expect(found[0]?.answered).toEqual(found[0]?.ports)
})

test('a relay without direct links lends no key', async () => {
  relay = await startRelayWithAgent({ hasDirectLinks: false })
  await expect(relay.api.status.seenKey({})).rejects.toMatchObject({ code: 'not-possible-here' })
})
