import { expect, test, vi } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import type { DirectUse, ReportedLink } from '../../wire/direct-messages.ts'
import { DirectLinks, type LinkEntrance } from './direct-links.ts'
import { SeenKeys } from './seen-keys.ts'

const clientId = 3
const reported: ReportedLink = {
  entrance: Buffer.alloc(16, 9),
  hasEnded: false,
  host: '127.0.0.1',
  port: 8_888,
  visitor: '203.0.113.7:40000',
}

function world() {
  let nowMs = 0
  const links = new DirectLinks(
    new SeenKeys(),
    () => 8_024,
    () => nowMs,
  )
  links.begin()
  const unlinked: string[] = []
  const closed = Promise.withResolvers<void>()
  const session = {
    clientId,
    closed: closed.promise,
    unlink: (id: Uint8Array) => unlinked.push(Buffer.from(id).toString('hex')),
  }
  const counted = { down: 0, up: 0, outside: 0 }
  let isOpen = true
  let connections = 0
  const ending = new AbortController()
  const connection = {
    signal: ending.signal,
    count: (direction: 'down' | 'up', bytes: number) => {
      counted[direction] += bytes
    },
    leave: () => {
      connections -= 1
    },
  }
  const entrance: LinkEntrance = {
    clientId,
    enter: () => {
      if (!isOpen)
        throw new RelayError('mode-unsupported', 'There is something to limit.', { mode: 'direct' })
      connections += 1
      return connection
    },
    count: (_, bytes) => {
      counted.outside += bytes
    },
  }
  /** A link with a visit at the relay. */
  const visit = () => {
    const request = links.request(reported.entrance)
    const { id } = request.seenFrom('203.0.113.7')
    request.begin(session, connection)
    return { request, id }
  }
  const report = (id: Uint8Array, more: Partial<DirectUse> = {}, to: LinkEntrance | null = entrance) =>
    links.onUse(session, { id, downBytes: 0, upBytes: 0, link: reported, ...more }, () => to ?? undefined)
  return {
    links,
    session,
    unlinked,
    counted,
    ending,
    entrance,
    visit,
    report,
    endSession: () => closed.resolve(),
    limit: () => (isOpen = false),
    pass: (ms: number) => (nowMs += ms),
    connections: () => connections,
  }
}

const hex = (id: Uint8Array) => Buffer.from(id).toString('hex')

test('an agent at a link-local address is told it without the zone, which only the relay’s machine knows', () => {
  using request = new DirectLinks(new SeenKeys(), () => 8_024).request(reported.entrance)
  expect(request.seenFrom('fe80::1%eth0').address).toBe('fe80::1')
})

test('the last bytes of a link count although its visit is over, for ten seconds', () => {
  const { visit, report, counted, pass, unlinked } = world()
  const { id, request } = visit()
  report(id, { downBytes: 10 })
  request[Symbol.dispose]()
  pass(9_000)
  report(id, { downBytes: 5, link: { ...reported, hasEnded: true } }, null)
  expect([counted.down, counted.outside, unlinked.length]).toEqual([15, 0, 0])
})

test('what ends the connection has the agent end the link; a visitor that has gone does not', () => {
  const { visit, ending, unlinked } = world()
  const [stays, gone] = [visit(), visit()]
  gone.request.visitorHasGone()
  ending.abort()
  expect(unlinked).toEqual([hex(stays.id)])
})

test('a link without a visit is a connection again, until its agent says that it has ended', () => {
  const { visit, report, counted, connections, unlinked } = world()
  const { id, request } = visit()
  request.visitorHasGone()
  request[Symbol.dispose]()
  report(id, { upBytes: 7 })
  report(id, { downBytes: 3 })
  expect([connections(), counted.up, counted.down, counted.outside]).toEqual([1, 7, 3, 0])
  report(id, { downBytes: 1, link: { ...reported, hasEnded: true } })
  expect([connections(), counted.down, unlinked.length]).toEqual([0, 4, 0])
})

test('one from before a restart too; with its agent’s session the connection ends', async () => {
  const { report, connections, endSession } = world()
  report(Buffer.alloc(16, 1), { downBytes: 3 })
  expect(connections()).toBe(1)
  endSession()
  await new Promise(setImmediate)
  expect(connections()).toBe(0)
})

test('a connection that is ended has the agent end the link, and counts what was under way', () => {
  const { report, ending, connections, unlinked, counted } = world()
  const id = Buffer.alloc(16, 1)
  report(id)
  ending.abort()
  expect([connections(), unlinked]).toEqual([0, [hex(id)]])
  report(id, { downBytes: 3, link: { ...reported, hasEnded: true } }, null)
  expect(counted.down).toBe(3)
})

test('a link is ended whose tunnel is not there, is another client’s, or limits something now; its bytes count where they belong', () => {
  const { report, unlinked, counted, entrance, limit, connections } = world()
  const [none, others, limited] = [1, 2, 3].map((at) => Buffer.alloc(16, at)) as [Buffer, Buffer, Buffer]
  report(none, { downBytes: 1 }, null)
  report(others, { downBytes: 2 }, { ...entrance, clientId: 4 })
  expect(counted.outside).toBe(0)
  limit()
  report(limited, { downBytes: 4 })
  expect(unlinked).toEqual([none, others, limited].map(hex))
  expect([connections(), counted.outside]).toEqual([0, 4])
})

test('a link that has ended while there was no relay counts, and is no connection', () => {
  const { report, unlinked, counted, connections } = world()
  report(Buffer.alloc(16, 1), { downBytes: 4, link: { ...reported, hasEnded: true } })
  expect([counted.outside, connections(), unlinked.length]).toEqual([4, 0, 0])
})

test('an agent has sixteen such links at most, whatever it says', () => {
  const { report, connections, unlinked } = world()
  for (let at = 0; at < 40; at += 1) report(Buffer.alloc(16, at))
  expect([connections(), unlinked.length]).toEqual([16, 24])
})

test('what is reported before the tunnels are open ends nothing, and counts once they are', () => {
  const { session, entrance, unlinked, counted, connections } = world()
  const links = new DirectLinks(new SeenKeys(), () => 8_024)
  const use = { id: Buffer.alloc(16, 1), downBytes: 5, upBytes: 0, link: reported }
  const ended = { ...use, id: Buffer.alloc(16, 2), link: { ...reported, hasEnded: true } }
  let isOpen = false
  const find = () => (isOpen ? entrance : undefined)
  links.onUse(session, use, find)
  links.onUse(session, ended, find)
  expect([connections(), unlinked.length]).toEqual([0, 0])
  isOpen = true
  links.begin()
  expect([connections(), counted.down, counted.outside, unlinked.length]).toEqual([1, 5, 5, 0])
  links.onUse({ ...session, clientId: 4 }, { ...use, id: Buffer.alloc(16, 3) }, find)
  expect(unlinked).toHaveLength(1)
})

test('however many links an agent reports, its session is waited for once', () => {
  const { report, session, connections } = world()
  const waits = vi.spyOn(session.closed, 'then')
  for (let at = 0; at < 20; at += 1) {
    report(Buffer.alloc(16, at))
    report(Buffer.alloc(16, at), { link: { ...reported, hasEnded: true } })
  }
  expect([connections(), waits.mock.calls.length]).toEqual([0, 1])
})

test('no agent counts on the link of another one', () => {
  const { links, visit, session, entrance, counted, unlinked } = world()
  const { id } = visit()
  links.onUse({ ...session, clientId: 4 }, { id, downBytes: 9, upBytes: 0 }, () => entrance)
  expect([counted.down, counted.outside, unlinked.length]).toEqual([0, 0, 0])
})

test('one client has so many links at a time, and leaves room for the others', () => {
  const { links, session, visit } = world()
  const visits = Array.from({ length: 64 }, () => visit().request)
  expect(() => visit()).toThrow(expect.objectContaining({ code: 'limit-reached' }))
  using other = links.request(reported.entrance)
  other.begin(
    { ...session, clientId: clientId + 1 },
    { signal: new AbortController().signal, count: () => undefined },
  )
  visits[0]?.[Symbol.dispose]()
  visit()
})
