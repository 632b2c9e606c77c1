import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { PackingCost } from './packing-cost.ts'
import { type PackedLink, type PackingLine, StreamPacker } from './stream-packer.ts'

const kilobyte = 1024
const words = Buffer.from('the quick brown fox jumps over the lazy dog, '.repeat(12_000))
/** 800 kbit/s: whatever this machine does meanwhile, packing pays. */
const slow = 0.01
/** 80 Gbit/s. */
const fast = 0.000_000_1

/** Each look at the clock is a second later: what has been packed before does not count. */
function packerOn(line: PackingLine): StreamPacker {
  let now = 0
  return new StreamPacker(line, new PackingCost(() => (now += 1_000)))
}

/** A link that always has room. */
class Link implements PackedLink {
  readonly sent: { isPacked: boolean; length: number }[] = []
  readonly unsentBytes = 0

  get packedCount(): number {
    return this.sent.filter(({ isPacked }) => isPacked).length
  }

  sendData(chunk: Uint8Array, done: () => void): void {
    this.sent.push({ isPacked: false, length: chunk.length })
    done()
  }

  sendPacked(frame: Uint8Array, done: () => void): void {
    this.sent.push({ isPacked: true, length: frame.length })
    done()
  }
}

async function sendAll(packer: StreamPacker, link: Link, chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks) await new Promise<void>((resolve) => packer.send(chunk, link, resolve))
}

describe('the bytes of a stream', () => {
  it('are packed on a slow line, in blocks, the small rest as it is', async () => {
    const link = new Link()
    await sendAll(packerOn({ msPerByte: slow }), link, [words.subarray(0, 130 * kilobyte)])
    expect(link.sent.map(({ isPacked }) => isPacked)).toEqual([true, true, false])
    expect(link.sent[2]?.length).toBe(2 * kilobyte)
  })

  it('go as they are on a fast line', async () => {
    const link = new Link()
    await sendAll(packerOn({ msPerByte: fast }), link, [words])
    expect(link.sent).toEqual([{ isPacked: false, length: words.length }])
  })

  it('go as they are when they are few, as keys and prompts are', async () => {
    const link = new Link()
    await sendAll(packerOn({ msPerByte: slow }), link, [words.subarray(0, kilobyte), Buffer.from('x')])
    expect(link.packedCount).toBe(0)
  })

  it.each([
    ['TLS', Buffer.concat([Buffer.from([0x16, 0x03, 0x03]), words])],
    ['ssh', Buffer.concat([Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), words])],
  ])('are never packed when they are %s, whatever comes later', async (_name, first) => {
    const link = new Link()
    await sendAll(packerOn({ msPerByte: slow }), link, [first, words])
    expect(link.packedCount).toBe(0)
  })

  it('are tried ever more seldom when they do not shrink, and packed again when they do', async () => {
    const link = new Link()
    const packer = packerOn({ msPerByte: slow })
    const noise = Array.from({ length: 9 }, () => randomBytes(32 * kilobyte))
    await sendAll(packer, link, noise)
    expect(link.packedCount).toBe(0)
    // By now 256 KiB go by before the next sample.
    const shrinking = Array.from({ length: 5 }, () => words.subarray(0, 64 * kilobyte))
    await sendAll(packer, link, shrinking)
    expect(link.sent.slice(noise.length).map(({ isPacked }) => isPacked)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
  })

  it('show that a line is quick: the next stream begins with what this one has found out', async () => {
    const line = { msPerByte: slow }
    const packer = packerOn(line)
    await sendAll(packer, new Link(), [randomBytes(64 * kilobyte)])
    // What does not shrink goes by in larger and larger pieces between two samples.
    const chunks = Array.from({ length: 20 }, () => randomBytes(512 * kilobyte))
    await sendAll(packer, new Link(), chunks)
    expect(line.msPerByte).toBeLessThan(slow / 2)
  })

  it('are packed a block a turn, and small messages as they come', async () => {
    const packedAtOnce = async (piece: number) => {
      const link = new Link()
      const packer = packerOn({ msPerByte: slow })
      const sendNext = () => packer.send(words.subarray(0, piece), link, sendNext)
      sendNext()
      const count = link.packedCount
      await new Promise((resolve) => setImmediate(resolve))
      expect(link.packedCount).toBeGreaterThan(count)
      packer.stop()
      return count
    }
    expect(await packedAtOnce(64 * kilobyte)).toBe(1)
    expect(await packedAtOnce(8 * kilobyte)).toBe(8)
  })

  it('stop when the stream is reset', async () => {
    const link = new Link()
    const packer = packerOn({ msPerByte: slow })
    packer.send(words, link, () => expect.unreachable('not all of it was to be sent'))
    packer.stop()
    await new Promise((resolve) => setImmediate(resolve))
    expect(link.sent.length).toBe(1)
  })
})
