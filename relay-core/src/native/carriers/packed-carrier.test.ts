import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { duplexPair, type Duplex } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeFrame, frameType } from '../../wire/frame.ts'
import { encodePacked } from '../../wire/packed-message.ts'
import { maxBlockBytes, packBlock } from '../packing/packed-block.ts'
import { blocksPerTurn } from './arriving-bytes.ts'
import { Carrier } from './carrier.ts'
import { FramedSocket } from './framed-socket.ts'

const events = { onMessage: () => undefined, onIdle: () => undefined }
/** So slow that packing pays on any machine. */
const line = () => ({ msPerByte: 0.01 })

function ends({ takesPacked = true } = {}): {
  agent: FramedSocket
  relay: Carrier
  here: Duplex
  there: Duplex
  seen: () => number
  sent: () => number
} {
  const [one, other] = duplexPair()
  let [seen, sent] = [0, 0]
  other.on('data', (chunk: Buffer) => (sent += chunk.length))
  one.on('data', (chunk: Buffer) => (seen += chunk.length))
  const relayEnd = new FramedSocket(one)
  const agentEnd = new FramedSocket(other)
  const relay = new Carrier(relayEnd, events, { takesPacked })
  const agent = new Carrier(agentEnd, events, { line: line() })
  relayEnd.start()
  agentEnd.start()
  const [here, there] = [relay.startStream(1), agent.startStream(1)]
  return { agent: agentEnd, relay, here, there, seen: () => seen, sent: () => sent }
}

/** Words that are not all the same: they shrink to about a third. */
function text(length: number): Buffer {
  const bytes = Buffer.from(randomBytes(length / 2).toString('hex'))
  for (let at = 0; at + 64 <= bytes.length; at += 64) bytes.fill('the same ', at, at + 32)
  return bytes
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** What hardly takes a byte on the line and is 64 KiB. */
const bomb = packBlock(Buffer.alloc(maxBlockBytes), 9) ?? Buffer.alloc(0)

/** What takes as long for one byte as for many. */
const crumb = encodePacked({ length: 1, padding: 0, packed: zstdCompressSync(Buffer.from('x')) })

const blocks = 500

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a carrier whose agent packs', () => {
  it('carries the same bytes in their order, packed and not, and fewer of them', async () => {
    const { here, there, seen } = ends()
    const parts = [text(200_000), Buffer.from('a key'), randomBytes(100_000), text(70_000), text(4_096)]
    for (const part of parts) there.write(part)
    there.end()
    const whole = Buffer.concat(parts)
    expect((await readAll(here)).equals(whole)).toBe(true)
    expect(seen()).toBeLessThan(whole.length * 0.8)
    here.end()
  })

  it('never packs what goes to the lab', async () => {
    const { here, there, sent } = ends()
    const whole = text(300_000)
    here.end(whole)
    expect((await readAll(there)).equals(whole)).toBe(true)
    expect(sent()).toBeGreaterThan(whole.length)
    there.end()
  })

  it('stops at the end of a reset stream, within a chunk', async () => {
    const { here, there } = ends()
    const failed = new Promise((resolve) => there.on('error', resolve))
    there.write(text(1_000_000))
    await once(here, 'data')
    here.destroy()
    await failed
    expect(there.errored).toMatchObject({ code: 'ECONNRESET' })
  })

  it('unpacks no more than its reader has room for, however little it takes to send a lot', async () => {
    const { agent, here } = ends()
    for (let count = 0; count < blocks; count += 1) agent.send(bomb)
    for (let turns = 0; turns < 20; turns += 1) await turn()
    expect(here.readableLength).toBeLessThan(512 * 1024)
    let read = 0
    here.on('data', (chunk: Buffer) => (read += chunk.length))
    while (read < blocks * maxBlockBytes) await once(here, 'data')
    expect(read).toBe(blocks * maxBlockBytes)
    here.destroy()
  })

  it.each([
    ['large', bomb, maxBlockBytes],
    ['tiny', crumb, 1],
  ])('unpacks some %s blocks a turn, however many have arrived at once', async (_name, frame, length) => {
    const { agent, here } = ends()
    agent.send(Buffer.concat(Array.from({ length: blocks }, () => frame)))
    let [read, most] = [0, 0]
    here.on('data', (chunk: Buffer) => (read += chunk.length))
    for (let before = 0; read < blocks * length; before = read) {
      await turn()
      most = Math.max(most, read - before)
    }
    expect(most).toBeLessThanOrEqual(2 * blocksPerTurn * length)
    expect(read).toBe(blocks * length)
    here.destroy()
  })

  it.each([
    ['is not as it says', encodePacked({ length: 5, padding: 0, packed: new Uint8Array(20) })],
    ['has no body', encodeFrame(frameType.packed)],
  ])('ends the stream and says why when a block %s', async (_name, frame) => {
    const { agent, relay, here } = ends()
    const failed = once(here, 'error')
    here.resume()
    agent.send(frame)
    expect((await failed)[0]).toMatchObject({ name: 'WireError' })
    expect(await relay.framed.closed).toMatchObject({ name: 'WireError' })
  })

  it('ends it, too, when the broken block comes behind what waits for the reader', async () => {
    const { agent, relay, here } = ends()
    for (let count = 0; count < 20; count += 1) agent.send(bomb)
    agent.send(encodePacked({ length: 5, padding: 0, packed: new Uint8Array(20) }))
    await turn()
    const failed = once(here, 'error')
    here.resume()
    expect((await failed)[0]).toMatchObject({ name: 'WireError' })
    expect(await relay.framed.closed).toMatchObject({ name: 'WireError' })
  })

  it('that was not told to is cut off', async () => {
    const { agent, relay } = ends({ takesPacked: false })
    agent.send(bomb)
    expect(await relay.framed.closed).toMatchObject({ name: 'WireError' })
  })
})
