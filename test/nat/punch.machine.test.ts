import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NatLabProcess } from './lab-process.ts'
import { NatLab, relayAddress, type NatLabOptions } from './nat-lab.ts'
import { noteTime } from './note-time.ts'

interface Outcome {
  /** Of the visitor and of the agent: the peer's address, or `relay`. */
  readonly ways: readonly unknown[]
  /** How long the slower one of the two took. */
  readonly ms: number
}

const script = (name: string) => [process.execPath, join(import.meta.dirname, name)]

/** Visitor in the first home, agent in the second one. */
async function punch({
  mayGuess = false,
  hasRendezvous = true,
  ...nets
}: NatLabOptions & { mayGuess?: boolean; hasRendezvous?: boolean }): Promise<Outcome> {
  await using lab = await NatLab.open(nets)
  await using server = new NatLabProcess(lab.at('relay', script('seen-server.ts')))
  const given = await server.heard('key')
  const keys = randomBytes(64).toString('hex')
  const start = (place: 'h1' | 'h2', role: string, own: string) => {
    const seen = hasRendezvous ? given : { ...given, port: 0, address: own }
    const settings = JSON.stringify({ keys, seen, relay: relayAddress[4], mayGuess })
    return new NatLabProcess(lab.at(place, [...script('punch-peer.ts'), role, settings]))
  }
  await using visitor = start('h1', 'visitor', '203.0.113.2')
  await using agent = start('h2', 'agent', '198.51.100.2')
  const peers = [visitor, agent]
  await Promise.all(peers.map((peer) => peer.heard('ready')))
  for (const peer of peers) peer.say('go')
  const own = await Promise.all(peers.map((peer) => peer.heard('candidates')))
  visitor.say(String(own[1]?.['candidates']))
  agent.say(String(own[0]?.['candidates']))
  const ways = await Promise.all(peers.map((peer) => peer.heard('way')))
  if (ways.every(({ way }) => way !== 'relay')) await visitor.heard('echo')
  const ms = Math.max(...ways.map((one) => Number(one['ms'])))
  const how = `search alone${mayGuess ? ', ports guessed' : ''}${hasRendezvous ? '' : ', no answer by UDP'}`
  await noteTime(how, nets, { outcome: ways.map(({ way }) => way).join(' and '), ms })
  return { ways: ways.map(({ way }) => way), ms }
}

const limitMs = 3_000

test.for([
  { first: 'open', second: 'open', way: ['198.51.100.66', '203.0.113.66'] },
  { first: 'open', second: 'cone', way: ['198.51.100.2', '203.0.113.66'] },
  { first: 'full', second: 'full', way: ['198.51.100.2', '203.0.113.2'] },
  { first: 'full', second: 'sym', way: ['198.51.100.2', '203.0.113.2'] },
  { first: 'full', second: 'cone', way: ['198.51.100.2', '203.0.113.2'] },
  { first: 'cone', second: 'cone', way: ['198.51.100.2', '203.0.113.2'] },
  { first: 'cone', second: 'same', way: ['192.168.1.12', '192.168.1.11'] },
] as const)('$first and $second: direct', async ({ way, ...nets }) => {
  const { ways, ms } = await punch(nets)
  expect(ways).toEqual(way)
  expect(ms).toBeLessThan(limitMs)
})

test('the other way round: a lab box without a router, and a laptop behind one that gives each destination a port', async () => {
  const { ways, ms } = await punch({ first: 'sym', second: 'open' })
  expect(ways).toEqual(['198.51.100.66', '203.0.113.2'])
  expect(ms).toBeLessThan(limitMs)
})

test.for([
  { first: 'cone', second: 'sym' },
  { first: 'sym', second: 'cone' },
] as const)('$first and $second: direct where ports may be guessed, else by the relay', async (nets) => {
  const { ways, ms } = await punch({ ...nets, mayGuess: true })
  expect(ways).toEqual(['198.51.100.2', '203.0.113.2'])
  expect(ms).toBeLessThan(limitMs + 1_000)
  expect((await punch(nets)).ways).toEqual(['relay', 'relay'])
})

test('IPv6 through two firewalls that let in answers only: direct', async () => {
  const { ways, ms } = await punch({ first: 'sym', second: 'sym', ipv6: true })
  expect(ways).toEqual(['2001:db8:2:1::12', '2001:db8:1:1::11'])
  expect(ms).toBeLessThan(limitMs)
})

test('a relay that answers no UDP: the address of its TCP connection serves', async () => {
  const { ways } = await punch({ first: 'cone', second: 'cone', hasRendezvous: false })
  expect(ways).toEqual(['198.51.100.2', '203.0.113.2'])
})

test.for([
  { first: 'sym', second: 'sym' },
  { first: 'udpblock', second: 'full' },
  { first: 'cone', second: 'udpblock' },
] as const)('$first and $second: by the relay', async (nets) => {
  expect((await punch({ ...nets, mayGuess: true })).ways).toEqual(['relay', 'relay'])
})
