import { expect, test } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { DirectUse } from '../../wire/direct-messages.ts'
import { HeldLinks, type HeldLink } from './held-links.ts'
import { UseCount } from './use-count.ts'

const minuteMs = 60_000
const entrance = Buffer.alloc(16, 9)

function held({ isOld = false } = {}) {
  const clock = new ManualClock()
  const links = new HeldLinks({ relayHost: '198.51.100.1', clock })
  const session = ({ holdsLinks = true } = {}) => {
    const told: DirectUse[] = []
    return { holdsLinks, told, reportUse: (use: DirectUse) => told.push(use) }
  }
  const link = (id: number) => {
    const socket = { bytesRead: 0, bytesWritten: 0 }
    const use = new UseCount()
    use.goes(true)
    use.add(socket)
    const made: HeldLink & { ends: number; stands: boolean; socket: typeof socket } = {
      id: Buffer.alloc(16, id),
      open: { host: '127.0.0.1', port: 8_888, visitor: '203.0.113.7:40000', ...(!isOld && { entrance }) },
      use,
      socket,
      ends: 0,
      stands: true,
      hasRelay: () => made.stands,
      end: () => {
        made.ends += 1
        links.remove(made)
      },
    }
    links.add(made)
    return made
  }
  return { clock, links, session, link }
}

test('without a relay links live for ten minutes, and then end', () => {
  const { clock, links, session, link } = held()
  const first = session()
  links.begin(first)
  const one = link(1)
  links.over(first)
  one.stands = false
  expect(links.mayOutlive(one)).toBe(true)
  clock.advance(10 * minuteMs - 1)
  expect(one.ends).toBe(0)
  clock.advance(1)
  expect(one.ends).toBe(1)
})

test('a relay that is back hears what has passed meanwhile, of links that have ended too, and which ones go on', () => {
  const { clock, links, session, link } = held()
  const first = session()
  links.begin(first)
  const [one, other] = [link(1), link(2)]
  links.over(first)
  for (const each of [one, other]) each.stands = false
  one.socket.bytesRead = 5_000_000_000
  other.socket.bytesWritten = 7
  other.end()
  clock.advance(9 * minuteMs)
  const second = session()
  links.begin(second)
  const shown = { entrance, host: '127.0.0.1', port: 8_888, visitor: '203.0.113.7:40000' }
  expect(second.told).toEqual([
    { id: other.id, downBytes: 0, upBytes: 7, link: { ...shown, hasEnded: true } },
    { id: one.id, downBytes: 0xffff_ffff, upBytes: 0, link: { ...shown, hasEnded: false } },
    { id: one.id, downBytes: 5_000_000_000 - 0xffff_ffff, upBytes: 0, link: { ...shown, hasEnded: false } },
  ])
  clock.advance(20 * minuteMs)
  expect(one.ends).toBe(0)
  // It has no stream by the relay: each second the relay hears that it is there.
  links.report(one)
  expect(second.told.at(-1)).toMatchObject({ id: one.id, downBytes: 0, link: { hasEnded: false } })
})

test('the last bytes of a link are reported at its end, and nothing of one on which nothing happens', () => {
  const { links, session, link } = held()
  const first = session()
  links.begin(first)
  const one = link(1)
  links.report(one)
  expect(first.told).toEqual([])
  one.socket.bytesRead = 100
  one.end()
  expect(first.told).toEqual([
    expect.objectContaining({ downBytes: 100, link: expect.objectContaining({ hasEnded: true }) as unknown }),
  ])
})

test('the relay ends one link, and whoever it refuses loses all', () => {
  const { links, session, link } = held()
  links.begin(session())
  const [one, other] = [link(1), link(2)]
  links.unlink(one.id)
  links.unlink(Buffer.alloc(16, 77))
  expect([one.ends, other.ends]).toEqual([1, 0])
  links.endAll()
  expect([one.ends, other.ends]).toEqual([1, 1])
})

test('an older relay cannot end a link without its stream: there is none', () => {
  const { links, session, link } = held()
  links.begin(session())
  const [one, other] = [link(1), link(2)]
  one.stands = false
  const older = session({ holdsLinks: false })
  links.begin(older)
  expect([one.ends, other.ends]).toEqual([1, 0])
  expect(links.mayOutlive(other)).toBe(false)
  other.socket.bytesRead = 3
  links.report(other)
  expect(older.told).toEqual([{ id: other.id, downBytes: 3, upBytes: 0 }])
})

test('a link that an older relay has arranged ends with its stream', () => {
  const { links, session, link } = held({ isOld: true })
  links.begin(session())
  expect(links.mayOutlive(link(1))).toBe(false)
})
