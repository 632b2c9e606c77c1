import type { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { FrameWriter } from '../packets/frame-writer.ts'
import { readFrames } from '../packets/frames.ts'
import { PacketSeal, sealBytes } from '../packets/packet-seal.ts'
import { CarryLink } from './carry-link.ts'

const mebibyte = 1024 * 1024
const maxPacket = 1_200
const roundTripMs = 1_000
const stepMs = 5
const noLimit = 2 ** 46

interface Sending {
  readonly most: number
  readonly total: number
  /** How many streams had a part in it. */
  readonly senders: number
}

/**
 * A peer that takes without end, and acknowledges all of it a second later. Fulfils with the most bytes that were unacknowledged meanwhile, and how many
 * were sent. `destroyAtBytes`: one stream is destroyed once so many are unacknowledged, and those of the others since then are counted.
 */
async function sendingTo(
  streams: number,
  forMs: number,
  { destroyAtBytes = Infinity } = {},
): Promise<Sending> {
  const secret = Buffer.alloc(32, 7)
  const clock = new ManualClock()
  const seal = new PacketSeal(secret, 'visitor')
  const sent: { readonly number: number; readonly bytes: number; readonly atMs: number }[] = []
  const poured: Duplex[] = []
  const senders = new Set<number>()
  let [unacknowledged, most, total] = [0, 0, 0]
  let receive: (packet: Uint8Array) => void = () => undefined
  const relay: PacketWay = {
    maxPacket,
    send: (packet) => {
      const opened = seal.open(packet)
      if (!opened) return
      const { bytes, ids } = dataIn(opened.frames)
      sent.push({ number: opened.number, bytes, atMs: clock.now() })
      unacknowledged += bytes
      most = Math.max(most, unacknowledged)
      total += bytes
      for (const id of ids) senders.add(id)
    },
    onPacket: (listener) => {
      receive = listener
    },
    onEnd: () => undefined,
    close: () => undefined,
  }
  const onStream = (stream: Duplex) => {
    poured.push(stream)
    pour(stream)
  }
  const agent = new CarryLink({ secret, role: 'agent', relay, clock, onStream })
  let number = 0
  const say = (write: (writer: FrameWriter) => void) => {
    const writer = new FrameWriter(maxPacket - sealBytes)
    write(writer)
    receive(seal.seal(number++, writer.written))
  }
  say((writer) => {
    writer.window(0, noLimit)
    for (let id = 1; id < 2 * streams; id += 2) {
      writer.data(id, 0, Buffer.of(1))
      writer.window(id, noLimit)
    }
  })
  for (let passedMs = 0; passedMs < forMs; passedMs += stepMs) {
    clock.advance(stepMs)
    await new Promise(setImmediate)
    if (unacknowledged >= destroyAtBytes && poured[0]?.destroyed === false) {
      poured[0].destroy()
      total = 0
      senders.clear()
    }
    const due = sent.findIndex(({ atMs }) => atMs > clock.now() - roundTripMs)
    const acked = sent.splice(0, due < 0 ? sent.length : due)
    const [first, last] = [acked[0], acked.at(-1)]
    if (!first || !last) continue
    for (const { bytes } of acked) unacknowledged -= bytes
    say((writer) => writer.ack([{ from: first.number, to: last.number }], 0))
  }
  agent.close()
  return { most, total, senders: senders.size }
}

function pour(stream: Duplex): void {
  const chunk = Buffer.alloc(64 * 1024)
  const write = () => {
    while (stream.write(chunk));
  }
  stream.on('drain', write)
  write()
}

/** What the frames of a packet hold of streams. */
function dataIn(frames: Buffer): { bytes: number; ids: readonly number[] } {
  let bytes = 0
  const ids: number[] = []
  const ignore = () => undefined
  readFrames(frames, {
    onData: (stream, _offset, part) => {
      ids.push(stream)
      bytes += part.length
    },
    onEnd: ignore,
    onReset: ignore,
    onWindow: ignore,
    onAck: ignore,
    onProbe: ignore,
    onEcho: ignore,
    onBack: ignore,
    onBye: ignore,
  })
  return { bytes, ids }
}

it.each([
  [1, 4, 9_000],
  [6, 16, 12_000],
])(
  '%d streams to a peer that sets no limit keep %d MiB of what it has not acknowledged, and go on',
  { timeout: 60_000 },
  async (streams, mebibytes, forMs) => {
    const { most, total } = await sendingTo(streams, forMs)
    expect(most).toBeLessThanOrEqual(mebibytes * mebibyte)
    expect(most).toBeGreaterThan((mebibytes - 1) * mebibyte)
    expect(total / mebibyte).toBeGreaterThan(mebibytes * 2)
  },
)

it(
  'where one of them is destroyed while all wait for what is under way, the others go on',
  { timeout: 60_000 },
  async () => {
    const { most, total, senders } = await sendingTo(6, 12_000, { destroyAtBytes: 16 * mebibyte - maxPacket })
    expect(most).toBeLessThanOrEqual(16 * mebibyte)
    expect(total / mebibyte).toBeGreaterThan(28)
    expect(senders).toBe(5)
  },
)
