import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeBare, encodeDataRun, encodePing, encodeWindow, muxFlag } from './mux-frames.ts'
import type { MuxLimits } from './mux-limits.ts'
import { MuxSession } from './mux-session.ts'
import type { MuxStream } from './mux-stream.ts'
import { RawMuxPeer } from '../../testing/raw-mux-peer.ts'

const signal = AbortSignal.timeout(20_000)
const sessions: MuxSession[] = []
afterEach(() => sessions.splice(0).forEach((session) => session.close('test over')))

/** The end of a test ends its links, and thereby the streams that are left; nobody waits for those errors. */
const endsWithTheTest = (stream: MuxStream): MuxStream => stream.on('error', () => undefined)

function session(carrier: Duplex, onStream?: (stream: MuxStream) => void, limits: Partial<MuxLimits> = {}) {
  const made = new MuxSession({
    carrier,
    limits,
    ...(onStream && {
      onStream: (stream: MuxStream) => onStream(endsWithTheTest(stream)),
    }),
  })
  sessions.push(made)
  made.start()
  return made
}

/** Two of ours, the acceptor giving every stream to `onStream`. */
function pair(onStream: (stream: MuxStream) => void, limits: Partial<MuxLimits> = {}) {
  const [near, far] = duplexPair()
  session(far, onStream, limits)
  return session(near, undefined, limits)
}

/** One of ours against a peer that sends what a test tells it to. */
function against(onStream?: (stream: MuxStream) => void, limits: Partial<MuxLimits> = {}) {
  const [near, far] = duplexPair()
  const raw = new RawMuxPeer(far)
  return { mux: session(near, onStream, limits), raw }
}

/** Opens a stream the way a stock agent answers: OPEN_OK, nothing else. */
async function openedBy(mux: MuxSession, raw: RawMuxPeer, id = 1): Promise<MuxStream> {
  const opening = open(mux)
  await raw.next('open')
  raw.send(encodeBare(muxFlag.opened, id))
  return opening
}

async function open(mux: MuxSession): Promise<MuxStream> {
  return endsWithTheTest(await mux.open({ signal }))
}

const echo = (stream: MuxStream) => {
  stream.joinMessages()
  stream.pipe(stream)
}

describe('a mux', () => {
  it('carries many streams, each in order, both ways', async () => {
    const mux = pair(echo)
    const sent = Array.from({ length: 50 }, (_, i) => Buffer.alloc(300_000, `stream ${i} `))
    const got = await Promise.all(
      sent.map(async (bytes) => {
        const stream = await open(mux)
        stream.joinMessages()
        const parts: Buffer[] = []
        const whole = new Promise<void>((resolve) =>
          stream.on('data', (part: Buffer) => {
            parts.push(part)
            if (stream.bytesReceived === bytes.length && stream.readableLength === 0) resolve()
          }),
        )
        stream.write(bytes)
        await whole
        stream.end()
        await once(stream, 'close')
        return Buffer.concat(parts)
      }),
    )
    expect(got.every((bytes, i) => bytes.equals(sent[i] as Buffer))).toBe(true)
    expect(mux.streamCount).toBe(0)
  })

  it('keeps a datagram whole: one write, one data event', async () => {
    const mux = pair((stream) => stream.on('data', (message: Buffer) => stream.write(message)))
    const stream = await open(mux)
    const sizes = [1, 1672, 4085, 4086, 60_000, 9]
    const seen: number[] = []
    const all = new Promise<void>((resolve) =>
      stream.on('data', (message: Buffer) => {
        if (seen.push(message.length) === sizes.length) resolve()
      }),
    )
    for (const size of sizes) stream.write(Buffer.alloc(size))
    await all
    expect(seen).toEqual(sizes)
  })

  it('lets a slow reader hold up its own stream only, within the window', async () => {
    const held: MuxStream[] = []
    const mux = pair((stream) => (held.length === 0 ? void held.push(stream) : echo(stream)))
    const slow = await open(mux)
    slow.joinMessages()
    const total = 8_000_000
    slow.write(Buffer.alloc(total))
    const quick = await open(mux)
    quick.joinMessages()
    quick.write('still alive')
    expect(String(await once(quick, 'data'))).toBe('still alive')
    expect(held[0]?.bytesReceived).toBeLessThanOrEqual(1_048_576)
    held[0]?.resume()
    slow.end()
    await once(held[0] as MuxStream, 'end')
    expect(held[0]?.bytesReceived).toBe(total)
  })

  it('ends every stream when the link ends, and says so', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    const failed = once(stream, 'error')
    raw.carrier.destroy()
    expect((await failed)[0]).toMatchObject({ code: 'agent-offline' })
    expect((await mux.closed).reason).toMatch(/lost|closed/)
    await expect(mux.open({ signal })).rejects.toMatchObject({ code: 'agent-offline' })
  })

  it('measures the round trip and takes silence for death', async () => {
    const { mux, raw } = against(undefined, { silenceTimeoutMs: 100 })
    raw.send(encodePing(muxFlag.pong, (await raw.next('ping')).payload))
    raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await raw.next('pong')
    expect(mux.roundTripMs).toBeGreaterThanOrEqual(0)
    expect((await mux.closed).reason).toBe('nothing heard for 0.1 s')
  })

  it('refuses more streams than its limit', async () => {
    const { mux, raw } = against(undefined, { maxStreams: 1 })
    await openedBy(mux, raw)
    await expect(mux.open({ signal })).rejects.toMatchObject({ code: 'limit-reached' })
  })
})

describe('traps of the stock mux', () => {
  it('T1: a refused stream is OPEN_OK and CLOSE, never OPEN_FAIL', async () => {
    const { raw } = against(() => undefined, { maxStreams: 1 })
    raw.send(encodeBare(muxFlag.open, 1))
    raw.send(encodeBare(muxFlag.open, 2))
    await raw.next('close')
    expect(raw.flags()).toEqual(['ping', 'opened', 'window', 'opened', 'close'])
  })

  it('T1: OPEN_FAIL from a peer is a refusal', async () => {
    const { mux, raw } = against()
    const opening = mux.open({ signal })
    await raw.next('open')
    raw.send(encodeBare(muxFlag.openFailed, 1))
    await expect(opening).rejects.toMatchObject({ code: 'agent-offline' })
  })

  it('T2: OPEN_OK goes out once, and a second one coming in is ignored', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    raw.send(encodeBare(muxFlag.opened, 1))
    raw.send(encodeDataRun(1, Buffer.from('after'), true))
    expect(String(await once(stream, 'data'))).toBe('after')
    const other = against(() => undefined)
    other.raw.send(encodeBare(muxFlag.open, 1))
    other.raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await other.raw.next('pong')
    expect(other.raw.flags().filter((flag) => flag === 'opened')).toHaveLength(1)
  })

  it('T2: a stream whose opener gave up is closed when it opens late', async () => {
    const { mux, raw } = against()
    const givingUp = new AbortController()
    const opening = mux.open({ signal: givingUp.signal })
    await raw.next('open')
    givingUp.abort()
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
    raw.send(encodeBare(muxFlag.opened, 1))
    expect((await raw.next('close')).id).toBe(1)
  })

  it('T4: PONG gives back the very bytes, ahead of bulk', async () => {
    const { raw } = against()
    raw.send(encodePing(muxFlag.ping, Buffer.from('2026-11-22T08:28:22.5Z')))
    expect((await raw.next('pong')).payload.toString()).toBe('2026-11-22T08:28:22.5Z')
  })

  it('T5: never reports more than it has read; a lie in a report changes nothing', async () => {
    const { mux, raw } = against(undefined, { receiveWindowBytes: 200_000 })
    const stream = await openedBy(mux, raw)
    stream.joinMessages()
    raw.send(encodeDataRun(1, Buffer.alloc(190_000), true))
    raw.send(encodeWindow(1, 5, 900_000))
    stream.resume()
    const report = await raw.next('window', (frame) => frame.consumed > 0)
    expect(report).toMatchObject({ max: 200_000 })
    expect(raw.frames.reduce((sum, frame) => sum + frame.consumed, 0)).toBeLessThanOrEqual(190_000)
    stream.write(Buffer.alloc(200_000))
    raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await raw.next('pong')
    expect(raw.bytesOf(1)).toBe(122_550)
  })

  it('T6: nothing but OPEN before OPEN_OK', async () => {
    const { mux, raw } = against()
    const opening = open(mux)
    await raw.next('open')
    raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await raw.next('pong')
    expect(raw.flags()).toEqual(['ping', 'open', 'pong'])
    raw.send(encodeBare(muxFlag.opened, 1))
    await opening
    expect(await raw.next('window')).toMatchObject({ id: 1, consumed: 0, max: 1_048_576 })
  })

  it('T9: what is sent of plain bytes always ends its message, whatever the window', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    stream.joinMessages()
    stream.write(Buffer.alloc(200_000))
    raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await raw.next('pong')
    expect(raw.bytesOf(1)).toBe(122_550)
    expect(raw.frames.findLast((frame) => frame.payload.length > 1000)?.flag).toBe('data')
  })

  it('T18: a thousand reports in one chunk cost no answer', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    raw.send(Buffer.concat(Array.from({ length: 1000 }, (_, i) => encodeWindow(1, 0, 200_000 + i))))
    raw.send(encodePing(muxFlag.ping, Buffer.from('x')))
    await raw.next('pong')
    stream.joinMessages()
    stream.write(Buffer.alloc(300_000))
    raw.send(encodePing(muxFlag.ping, Buffer.from('y')))
    await raw.next('pong')
    expect(raw.bytesOf(1)).toBe(200_999)
  })
})

describe('closing', () => {
  it('delivers what was sent before CLOSE, then ends; answers with its own CLOSE', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    raw.send(Buffer.concat([encodeDataRun(1, Buffer.from('last words'), true), encodeBare(muxFlag.close, 1)]))
    expect(await text(stream)).toBe('last words')
    await raw.next('close')
    expect(mux.streamCount).toBe(0)
  })

  it('keeps hearing answers for a while after its own end, where asked to', async () => {
    const { mux, raw } = against(undefined, { halfCloseLingerMs: 10_000 })
    const stream = await openedBy(mux, raw)
    stream.end('request')
    await raw.next('data')
    raw.send(Buffer.concat([encodeDataRun(1, Buffer.from('reply'), true), encodeBare(muxFlag.close, 1)]))
    expect(await text(stream)).toBe('reply')
    await raw.next('close')
  })

  it('closes a lingering stream when the answers stop', async () => {
    const { mux, raw } = against(undefined, { halfCloseLingerMs: 50 })
    const stream = await openedBy(mux, raw)
    stream.end('request')
    expect(await text(stream)).toBe('')
    await raw.next('close')
  })

  it('sends all it has, then CLOSE, when ended at once', async () => {
    const mux = pair((stream) => {
      stream.joinMessages()
      stream.end(Buffer.alloc(3_000_000, 'z'))
    })
    const stream = await open(mux)
    stream.joinMessages()
    expect((await buffer(stream)).length).toBe(3_000_000)
  })
})

describe('a peer that breaks the rules', () => {
  it.each([
    ['a frame too long', Buffer.from('0301000000ffff', 'hex')],
    ['an empty ping', Buffer.from('00ffffffff0000', 'hex')],
    ['opening as an agent', encodeBare(muxFlag.open, 1)],
  ])('loses the link for %s', async (_name, bytes) => {
    const { mux, raw } = against()
    raw.send(bytes)
    expect((await mux.closed).reason).toMatch(/broke the protocol/)
  })

  it('loses the link when it floods and does not read', async () => {
    const { mux, raw } = against(undefined, { maxUnsentBytes: 300_000 })
    raw.stopReading()
    const flood = Buffer.concat(
      Array.from({ length: 200 }, () => encodePing(muxFlag.ping, Buffer.alloc(4000, 'p'))),
    )
    raw.send(flood)
    expect((await mux.closed).reason).toBe('the peer does not read')
  })

  it('loses the stream for overrunning the window or for an endless message', async () => {
    const { mux, raw } = against()
    const first = await openedBy(mux, raw, 1)
    first.joinMessages()
    const overrun = once(first, 'error')
    raw.send(encodeDataRun(1, Buffer.alloc(1_300_000), true))
    expect((await overrun)[0]).toBeInstanceOf(RangeError)
    const second = await openedBy(mux, raw, 2)
    const endless = once(second, 'error')
    raw.send(encodeDataRun(2, Buffer.alloc(70_000), false))
    expect((await endless)[0]).toBeInstanceOf(RangeError)
    expect(mux.streamCount).toBe(0)
  })

  it('cannot touch a stream it does not have', async () => {
    const { mux, raw } = against()
    const stream = await openedBy(mux, raw)
    raw.send(
      Buffer.concat([
        encodeDataRun(7, Buffer.from('x'), true),
        encodeBare(muxFlag.close, 7),
        encodeWindow(7, 9, 9),
      ]),
    )
    raw.send(encodeDataRun(1, Buffer.from('mine'), true))
    expect(String(await once(stream, 'data'))).toBe('mine')
  })
})
