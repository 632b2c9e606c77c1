import { duplexPair, type Duplex } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { frameType } from '../../wire/frame.ts'
import { encodeEnd, encodeReset } from '../../wire/stream-messages.ts'
import { encodePacked } from '../../wire/packed-message.ts'
import type { CarrierPosition } from '../../wire/survival-messages.ts'
import { FramedSocket } from '../carriers/framed-socket.ts'
import { leftoverMs } from '../carriers/leftovers.ts'
import { KeepingBudget } from './keeping-budget.ts'
import { maxKeptByFew, maxKeptBytes } from './kept-room.ts'
import { SurvivingLink } from './surviving-link.ts'
import { SurvivingLinks, type SurvivalSession } from './surviving-links.ts'

const made: End[] = []
afterEach(() => {
  for (const end of made.splice(0)) {
    end.link.onDropped()
    end.links.over(end)
  }
  vi.useRealTimers()
})

interface EndOptions {
  readonly budget?: KeepingBudget | undefined
  readonly acknowledgesInside?: boolean
}

/** One end of carrier 7: what it has heard, and what it has said of it to the other end. */
class End implements SurvivalSession {
  readonly links: SurvivingLinks
  readonly link: SurvivingLink
  readonly dropped: number[] = []
  heard = ''
  isNeeded = true
  cuts = 0
  other: End | undefined
  /** What it has to say does not reach the other end. */
  isMute = false

  constructor(connection: Duplex, { budget, acknowledgesInside }: EndOptions) {
    this.links = new SurvivingLinks(budget, { acknowledgesInside })
    const framed = new FramedSocket(connection)
    this.link = new SurvivingLink(framed, { number: 7, place: this.links, isNeeded: () => this.isNeeded })
    made.push(this)
    this.link.receiver = {
      takesPacked: () => true,
      onMessage: (type) => (this.heard += type === frameType.end ? '|' : '!'),
      onData: (part) => (this.heard += Buffer.from(part).toString('latin1')),
    }
    this.links.add(this.link)
    this.links.begin(this)
    framed.start()
  }

  acknowledge(entries: readonly CarrierPosition[]): boolean {
    if (this.isMute || !this.other) return false
    this.other.links.onAck([...entries])
    return true
  }

  drop(carrier: number): void {
    this.dropped.push(carrier)
  }

  onCut(): void {
    this.cuts += 1
  }

  says(words: string): Promise<void> {
    return new Promise((resolve) => this.link.sendData(Buffer.from(words, 'latin1'), resolve))
  }
}

function pair(
  budget?: KeepingBudget,
  { acknowledgesInside = false } = {},
): { agent: End; relay: End; sockets: Duplex[] } {
  const [a, b] = duplexPair()
  const agent = new End(a, { acknowledgesInside })
  const relay = new End(b, { budget, acknowledgesInside })
  agent.other = relay
  relay.other = agent
  return { agent, relay, sockets: [a, b] }
}

/** A new connection between the two, as after HELLO and RESUMED. */
function reconnect({ agent, relay }: { agent: End; relay: End }): Duplex[] {
  const [a, b] = duplexPair()
  for (const end of [agent, relay]) end.link.interrupt()
  const [atAgent, atRelay] = [agent.link.received.position, relay.link.received.position]
  for (const [end, socket, from] of [
    [relay, b, atAgent],
    [agent, a, atRelay],
  ] as const) {
    const framed = new FramedSocket(socket)
    end.link.goOn(framed, from)
    framed.start()
  }
  return [a, b]
}

/** Cuts the two, and lets the agent say more than 2 MiB in pieces of many sizes. Returns what the relay is to hear. */
async function keptByAgent({ agent, relay }: { agent: End; relay: End }): Promise<string> {
  for (const end of [agent, relay]) end.link.interrupt()
  let sent = '.'.repeat(2_000)
  for (const word of sent) await agent.says(word)
  for (let piece = 0; sent.length < 2.2 * 1024 * 1024; piece += 1) {
    const words = `${piece} `.repeat(1 + ((piece * 7919) % 40_000))
    sent += `${words}!`
    await agent.says(words)
    await packs(agent)
  }
  return sent
}

/** A new connection, whose end at the agent is `socket`; the relay reads nothing until `read`. */
function reconnectUnread({ agent, relay }: { agent: End; relay: End }): { socket: Duplex; read: () => void } {
  const [socket, b] = duplexPair()
  const [here, there] = [new FramedSocket(socket), new FramedSocket(b)]
  agent.link.goOn(here, relay.link.received.position)
  here.start()
  const read = () => {
    relay.link.goOn(there, agent.link.received.position)
    there.start()
  }
  return { socket, read }
}

/** A new connection that passes this many bytes from the agent on to the relay, and is cut. */
async function reconnectFor({ agent, relay }: { agent: End; relay: End }, bytes: number): Promise<void> {
  for (const end of [agent, relay]) end.link.interrupt()
  const [a, afterA] = duplexPair()
  const [beforeB, b] = duplexPair()
  for (const [end, other, socket] of [
    [agent, relay, a],
    [relay, agent, b],
  ] as const) {
    const framed = new FramedSocket(socket)
    end.link.goOn(framed, other.link.received.position)
    framed.start()
  }
  let left = bytes
  for await (const chunk of afterA as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left)
    await new Promise((resolve) => beforeB.write(part, resolve))
    left -= part.length
    if (left === 0) break
  }
  for (const socket of [a, b]) socket.destroy()
}

/** Sends a PACKED frame, which the other end hears as `!`. */
function packs(end: End): Promise<void> {
  const frame = encodePacked({ length: 9, padding: 0, packed: Buffer.alloc(20_000, '?') })
  return new Promise((resolve) => end.link.sendPacked(frame, resolve))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

async function untilHeard(end: End, wanted: string): Promise<void> {
  await vi.waitFor(() => expect(end.heard).toHaveLength(wanted.length), { timeout: 5_000, interval: 1 })
  expect(end.heard).toBe(wanted)
}

/** A link that ends at the agent, while its last word is not acknowledged. */
async function unacknowledged() {
  const ends = pair()
  ends.relay.isMute = true
  await ends.agent.says('the end')
  ends.agent.isNeeded = false
  ends.agent.link.end()
  return ends
}

describe('a link that survives its connections', () => {
  it('delivers packed blocks once and in their order, too', async () => {
    const ends = pair()
    await ends.agent.says('one ')
    await packs(ends.agent)
    for (const socket of ends.sockets) socket.destroy()
    await turn()
    void packs(ends.agent)
    reconnect(ends)
    await ends.agent.says(' two')
    await untilHeard(ends.relay, 'one !! two')
    expect(ends.relay.cuts).toBe(1)
  })

  it('delivers what was lost with one, once and in its order', async () => {
    const ends = pair()
    await ends.agent.says('one ')
    ends.agent.link.send(encodeEnd())
    for (const socket of ends.sockets) socket.destroy()
    await turn()
    expect([ends.agent.cuts, ends.relay.cuts]).toEqual([1, 1])
    void ends.relay.says('while it is cut ')
    ends.relay.link.send(encodeReset(1))
    reconnect(ends)
    await ends.agent.says('two')
    await untilHeard(ends.relay, 'one |two')
    await untilHeard(ends.agent, 'while it is cut !')
  })

  it('does so wherever it is cut, within frames too', async () => {
    const ends = pair()
    let { sockets } = ends
    let sent = ''
    for (let round = 0; round < 40; round += 1) {
      const words = `${round} `.repeat(1 + ((round * 7919) % 4000))
      sent += `${words}|`
      void ends.agent.says(words)
      ends.agent.link.send(encodeEnd())
      // As much of it arrives as a few turns allow.
      for (let turns = round % 4; turns > 0; turns -= 1) await turn()
      for (const socket of sockets) socket.destroy()
      sockets = reconnect(ends)
    }
    await untilHeard(ends.relay, sent)
    expect(ends.relay.link.received.position).toBe(sent.length)
  })

  it('gives its next connection no more than that takes, and what is sent meanwhile comes behind it', async () => {
    const ends = pair()
    const sent = await keptByAgent(ends)
    const { socket, read } = reconnectUnread(ends)
    ends.agent.link.send(encodeEnd())
    void ends.agent.says('and then')
    let most = 0
    const look = () => (most = Math.max(most, socket.writableLength))
    look()
    expect(ends.agent.link.unsentBytes).toBeGreaterThan(2 * 1024 * 1024)
    read()
    while (ends.relay.heard.length < sent.length) {
      await turn()
      look()
    }
    await untilHeard(ends.relay, `${sent}|and then`)
    // One piece of what is kept, and what was under way before it.
    expect(most).toBeLessThan(256 * 1024)
  })

  it('goes on from where it was cut while it sent again what was lost', async () => {
    const ends = pair()
    const sent = await keptByAgent(ends)
    for (const bytes of [3, 100_000, 250_001, 131_090, 777_777]) await reconnectFor(ends, bytes)
    expect(ends.relay.heard.length).toBeLessThan(sent.length)
    expect(ends.relay.heard.length).toBeGreaterThan(500_000)
    void ends.agent.says('and then')
    reconnect(ends)
    await untilHeard(ends.relay, `${sent}and then`)
  })

  it('forgets nothing of what it still has to send again, though all together keep too much', async () => {
    const budget = new KeepingBudget(8 * 1024 * 1024)
    const ends = pair(budget)
    const turned = { agent: ends.relay, relay: ends.agent }
    const sent = await keptByAgent(turned)
    const { read } = reconnectUnread(turned)
    budget.take(8 * 1024 * 1024)
    expect(budget.hasRoom).toBe(false)
    ends.relay.link.send(encodeEnd())
    void ends.relay.says('and then')
    read()
    await untilHeard(ends.agent, `${sent}|and then`)
  })

  it('keeps so much, and then its sender waits for the acknowledgement', async () => {
    const { agent, relay } = pair()
    relay.isMute = true
    const words = 'x'.repeat(1024 * 1024)
    const said = maxKeptBytes / words.length
    for (let times = 1; times < said; times += 1) await agent.says(words)
    let hasRoom = false
    const last = agent.says(words).then(() => (hasRoom = true))
    await untilHeard(relay, words.repeat(said))
    for (let turns = 0; turns < 10; turns += 1) await turn()
    expect(hasRoom).toBe(false)
    relay.isMute = false
    relay.links.begin(relay)
    await last
  })

  it('keeps as much where the peer is near, as long as few carriers share what is kept', async () => {
    const { agent, relay } = pair()
    const words = 'x'.repeat(1024 * 1024)
    agent.links.onRoundTrip(0.5)
    relay.isMute = true
    for (let times = 1; times < maxKeptBytes / words.length; times += 1) await agent.says(words)
    expect(agent.links.budget.taken).toBeGreaterThanOrEqual(maxKeptBytes - words.length)
  })

  it('keeps less where the peer is near and many share it, which acknowledges in time', async () => {
    const { agent, relay } = pair()
    const words = 'x'.repeat(256 * 1024)
    agent.links.onRoundTrip(0.5)
    // By other carriers of the same agent.
    agent.links.budget.take(maxKeptByFew)
    relay.isMute = true
    for (let times = 1; times < 4; times += 1) await agent.says(words)
    let hasRoom = false
    const last = agent.says(words).then(() => (hasRoom = true))
    await untilHeard(relay, words.repeat(4))
    expect(hasRoom).toBe(false)
    agent.links.onAck([{ carrier: 7, position: words.length }])
    await last
    relay.isMute = false
    for (let times = 0; times < 20; times += 1) await agent.says(words)
    await untilHeard(relay, words.repeat(24))
  })

  it('refuses to believe what cannot be', async () => {
    const { agent } = pair()
    await agent.says('1234')
    expect(() => agent.links.onAck([{ carrier: 7, position: 5 }])).toThrow('what was not sent')
    expect(agent.link.canResumeFrom(5)).toBe(false)
    agent.links.onAck([{ carrier: 7, position: 4 }])
    expect(agent.link.canResumeFrom(3)).toBe(false)
    expect(agent.link.canResumeFrom(4)).toBe(true)
    // An acknowledgement that was overtaken says nothing.
    agent.links.onAck([{ carrier: 7, position: 1 }])
    expect(agent.link.owes).toBe(false)
  })

  it('ends with its connection where too much would be kept', async () => {
    const { relay, agent } = pair(new KeepingBudget(1_000))
    agent.isMute = true
    await relay.says('x'.repeat(2_000))
    expect(relay.link.wantsConnection).toBe(false)
    await untilHeard(agent, 'x'.repeat(2_000))
    agent.link.interrupt()
    await relay.link.closed
    expect(relay.dropped).toEqual([7])
  })

  it('takes no more from its sender while it is cut and all together keep too much', async () => {
    const { relay } = pair(new KeepingBudget(1_000))
    relay.link.interrupt()
    await relay.says('x'.repeat(500))
    let hasRoom = false
    void relay.says('x'.repeat(500)).then(() => (hasRoom = true))
    for (let turns = 0; turns < 10; turns += 1) await turn()
    expect(hasRoom).toBe(false)
    expect(relay.link.wantsConnection).toBe(true)
  })

  it('brings what its sender had to wait with, once it has a connection', async () => {
    const ends = pair(new KeepingBudget(1_000))
    ends.relay.link.interrupt()
    const waited = ends.relay.says('x'.repeat(2_000))
    reconnect(ends)
    await waited
    await untilHeard(ends.agent, 'x'.repeat(2_000))
    expect(ends.agent.heard).toHaveLength(2_000)
  })

  it('is given up after a minute, which the other end is told, if need be in the next session', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { relay } = pair()
    relay.links.over(relay)
    relay.link.interrupt()
    vi.advanceTimersByTime(leftoverMs - 1)
    expect(relay.link.isClosed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(relay.link.isClosed).toBe(true)
    expect(relay.dropped).toEqual([])
    relay.links.begin(relay)
    expect(relay.dropped).toEqual([7])
  })

  it('ends in order once all that was said is acknowledged, and is not taken for cut', async () => {
    const { agent, relay } = pair()
    relay.isMute = true
    await agent.says('the end')
    await untilHeard(relay, 'the end')
    agent.isNeeded = false
    agent.link.end()
    await turn()
    expect(agent.link.isClosed).toBe(false)
    relay.isMute = false
    relay.isNeeded = false
    relay.links.begin(relay)
    await agent.link.closed
    await relay.link.closed
    expect([agent.cuts, relay.cuts, ...agent.dropped, ...relay.dropped]).toEqual([0, 0])
  })

  it('waits for the last word to be acknowledged as long as the session shows that the peer is there', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent } = await unacknowledged()
    vi.advanceTimersByTime(5 * leftoverMs)
    expect(agent.link.isClosed).toBe(false)
    agent.links.over(agent)
    vi.advanceTimersByTime(leftoverMs)
    expect(agent.link.isClosed).toBe(true)
  })

  it('waits no longer once its peer has begun another session without it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent } = await unacknowledged()
    agent.links.over(agent)
    const next = { drop: () => undefined }
    agent.links.begin(next)
    vi.advanceTimersByTime(leftoverMs)
    expect(agent.link.isClosed).toBe(false)
    vi.advanceTimersByTime(leftoverMs)
    expect(agent.link.isClosed).toBe(true)
    agent.links.over(next)
  })

  it('that was cut while nothing was under way brings what was missing, and ends', async () => {
    const ends = pair()
    const { agent, relay } = ends
    // Its stream is over, but the last word of it may be lost.
    agent.isMute = relay.isMute = true
    agent.link.send(encodeEnd())
    relay.isNeeded = false
    reconnect(ends)
    await untilHeard(relay, '|')
    agent.isNeeded = false
    relay.isMute = false
    relay.links.begin(relay)
    await agent.link.closed
    expect(agent.link.isClosed).toBe(true)
  })
})

describe('a link that is acknowledged on its own connection', () => {
  const inside = () => pair(undefined, { acknowledgesInside: true })
  const megabyte = 'x'.repeat(1024 * 1024)

  it('keeps nothing that has arrived, and delivers what was lost once and in its order', async () => {
    const ends = inside()
    for (let times = 0; times < 12; times += 1) await ends.agent.says(megabyte)
    await untilHeard(ends.relay, megabyte.repeat(12))
    for (const socket of ends.sockets) socket.destroy()
    await turn()
    void ends.agent.says('and then')
    reconnect(ends)
    await untilHeard(ends.relay, `${megabyte.repeat(12)}and then`)
    expect(ends.agent.link.received.position).toBe(0)
  })

  it('lets its peer hear that it is there while its reader rests, and is quiet otherwise', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent, relay } = inside()
    await agent.says('x'.repeat(300 * 1024))
    for (let turns = 0; turns < 10; turns += 1) await turn()
    const heardIn = async (seconds: number) => {
      const before = agent.link.received.heard
      for (let second = 0; second < seconds; second += 1) {
        vi.advanceTimersByTime(1_000)
        await turn()
      }
      return agent.link.received.heard - before
    }
    relay.link.pause()
    expect(await heardIn(5)).toBe(5)
    relay.link.resume()
    expect(await heardIn(5)).toBe(0)
  })

  it('ends in order at both ends', async () => {
    const { agent, relay } = inside()
    await agent.says('the end')
    await untilHeard(relay, 'the end')
    agent.isNeeded = relay.isNeeded = false
    agent.link.end()
    relay.link.end()
    await Promise.all([agent.link.closed, relay.link.closed])
    expect([agent.cuts, relay.cuts]).toEqual([0, 0])
  })

  it('says farewell behind what it has sent, and the other end does not wait for it', async () => {
    const { agent, relay } = inside()
    agent.link.pause()
    void relay.says(megabyte)
    const said = relay.link.sayFarewell('shutdown')
    agent.link.resume()
    await Promise.all([agent.link.closed, said])
    expect(agent.heard).toHaveLength(megabyte.length)
    expect([relay.link.isClosed, agent.cuts, ...agent.dropped, ...relay.dropped]).toEqual([true, 0])
  })

  it('says farewell to a peer that does not listen for two seconds only', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent, relay, sockets } = inside()
    agent.link.pause()
    void relay.says(megabyte)
    const said = relay.link.sayFarewell('shutdown')
    vi.advanceTimersByTime(2_000)
    await said
    expect(sockets[1]?.destroyed).toBe(true)
  })

  const passSeconds = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      vi.advanceTimersByTime(1_000)
      await turn()
    }
  }

  it('ends in order, whole, when its reader takes longer than a minute for the rest', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent, relay } = inside()
    await relay.says('first ')
    await turn()
    agent.link.pause()
    void relay.says(megabyte)
    relay.isNeeded = false
    relay.link.end()
    await passSeconds(200)
    expect(relay.link.isClosed).toBe(false)
    vi.useRealTimers()
    agent.isNeeded = false
    agent.link.resume()
    await Promise.all([agent.link.closed, relay.link.closed])
    await untilHeard(agent, `first ${megabyte}`)
    expect([agent.cuts, relay.cuts, ...agent.dropped, ...relay.dropped]).toEqual([0, 0])
  })

  it('does not wait longer than a minute for a reader of which nothing is heard', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { agent, relay } = inside()
    agent.link.pause()
    agent.links.over(agent)
    void relay.says(megabyte)
    relay.isNeeded = false
    relay.link.end()
    await passSeconds(leftoverMs / 1000 - 1)
    expect(relay.link.isClosed).toBe(false)
    await passSeconds(1)
    expect(relay.link.isClosed).toBe(true)
  })

  it('goes on without what it has kept while it reads nothing, and keeps again what comes later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const ends = inside()
    const { agent, relay } = ends
    agent.link.pause()
    for (let times = 1; times < maxKeptBytes / megabyte.length; times += 1) await agent.says(megabyte)
    let hasRoom = false
    const last = agent.says(megabyte).then(() => (hasRoom = true))
    for (let turns = 0; turns < 10; turns += 1) await turn()
    expect(hasRoom).toBe(false)
    vi.advanceTimersByTime(1_000)
    await last
    vi.useRealTimers()
    await untilHeard(relay, megabyte.repeat(maxKeptBytes / megabyte.length))
    agent.link.resume()
    await agent.says('later')
    for (const socket of ends.sockets) socket.destroy()
    await turn()
    reconnect(ends)
    await untilHeard(relay, `${megabyte.repeat(maxKeptBytes / megabyte.length)}later`)
  })
})
