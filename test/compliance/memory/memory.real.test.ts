import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Limits } from '../../../relay-core/src/api/limits.ts'
import type { Direction } from '../../../relay-core/src/relay/limits/allowance.ts'
import { stockMissing } from '../stock/stock-programs.ts'
import { hasStock, isStock, pairName, type PairKind } from '../table/pairs.ts'
import type { Layer } from '../table/relay-end.ts'
import { StandingBed } from './standing-bed.ts'
import { MemoryPeak } from './memory-peak.ts'
import { offeredBytes, Receiver, Sender, standsStill } from './standing-flow.ts'
import { ways } from './ways.ts'

/**
 * One promise over every way that bytes can go: while 1 GiB waits behind a reader that rests, the peak of relay, agent and
 * visitor is within 40 MB of what each took when idle; and when the reader goes on, so do the bytes. On Node the garbage
 * of what has passed until then comes on top, which the runtime does not take up at once: up to 38 MB were seen.
 */
const maxGrownBytes = { shipped: 40_000_000, Bun: 40_000_000, Node: 60_000_000 }
/** Read on after the rest, to see that the flow stood and was not broken. */
const readOnBytes = 64 * 1024 ** 2
/** 4 Mbit/s: a small cloud server's line. */
const slowLine: Limits = { rateBytesPerSecond: 500_000 }

interface Row {
  readonly way: keyof typeof ways
  readonly directions: readonly Direction[]
  readonly layer?: Layer
  readonly limits?: Limits
  readonly behindProxy?: boolean
  /** The bytes shrink, so that the agent packs them: the line is slow. */
  readonly shrinks?: boolean
}

const both: readonly Direction[] = ['down', 'up']

const shipped = { relay: 'ours', agent: 'ours', protocol: 'native', runtime: 'shipped' } as const
const shippedStock = { ...shipped, protocol: 'stock' } as const

/**
 * Every mode with the programs as they are shipped. UDP is left out: datagrams that wait too long are dropped, by
 * number (relay-core/src/stock/messages/arriving-messages.ts, relay-core/src/native/native-datagrams.ts). Under the stock protocol the modes differ from the native ones only in the layer of
 * the stream beneath, so each layer is tried with one mode, and the one whose HTTP is spoken by the relay itself.
 */
const table: readonly { readonly kind: PairKind; readonly rows: readonly Row[] }[] = [
  {
    kind: shipped,
    rows: [
      { way: 'private', directions: both, limits: slowLine },
      { way: 'private', directions: ['down'], limits: slowLine, shrinks: true },
      { way: 'tcp', directions: ['down'], limits: slowLine, shrinks: true },
      { way: 'private', directions: both },
      { way: 'tcp', directions: both },
      { way: 'tcp', directions: both, behindProxy: true },
      { way: 'socks5', directions: both },
      { way: 'httpProxy, CONNECT', directions: both },
      { way: 'httpProxy, a request', directions: both },
      { way: 'host, http', directions: both },
      { way: 'host, https', directions: both },
      { way: 'host, https, a WebSocket', directions: both },
      { way: 'file', directions: ['down'] },
      { way: 'file, with a password', directions: ['down'] },
    ],
  },
  {
    kind: shippedStock,
    rows: [
      { way: 'tcp', directions: both },
      { way: 'tcp', directions: both, layer: 'crypt' },
      { way: 'tcp', directions: both, layer: 'compress' },
      { way: 'host, https', directions: both, layer: 'crypt' },
      { way: 'private', directions: both, layer: 'crypt' },
    ],
  },
  {
    kind: { ...shippedStock, agent: '0.26.10' },
    rows: [
      { way: 'tcp', directions: both, layer: 'crypt' },
      { way: 'tcp', directions: both, layer: 'compress' },
    ],
  },
  {
    kind: { ...shippedStock, relay: '0.26.10' },
    rows: [
      { way: 'tcp', directions: both, layer: 'crypt' },
      { way: 'tcp', directions: both, layer: 'compress' },
    ],
  },
  // On Node, which the app runs relay and visitors on: the ways whose code differs.
  {
    kind: { ...shipped, runtime: 'Node' },
    rows: [
      { way: 'private', directions: both },
      { way: 'private', directions: ['down'], limits: slowLine, shrinks: true },
      { way: 'tcp', directions: ['down'] },
      { way: 'tcp', directions: ['down'], limits: slowLine, shrinks: true },
      { way: 'host, https', directions: both },
      { way: 'file, with a password', directions: ['down'] },
    ],
  },
  {
    kind: { ...shippedStock, runtime: 'Node' },
    rows: [
      { way: 'tcp', directions: both, layer: 'crypt' },
      { way: 'tcp', directions: both, layer: 'compress' },
    ],
  },
]

for (const { kind, rows } of table) {
  const missing = hasStock(kind) ? stockMissing() : undefined
  describe.skipIf(missing)(`${pairName(kind)}${missing ? ` (left out: ${missing})` : ''}`, () => {
    for (const row of rows) {
      for (const direction of row.directions) {
        // oxlint-disable-next-line vitest/expect-expect -- `holds` does
        test(`${rowName(row, direction)}`, { timeout: 120_000 }, () => holds(kind, row, direction))
      }
    }
  })
}

function rowName({ way, layer, limits, behindProxy, shrinks }: Row, direction: Direction): string {
  const more = [layer, limits && '4 Mbit/s', behindProxy && 'through a proxy', shrinks && 'packed'].filter(
    Boolean,
  )
  return `${[way, ...more].join(', ')}, ${direction}`
}

async function holds(kind: PairKind, row: Row, direction: Direction): Promise<void> {
  const { way, layer, limits, behindProxy, shrinks } = row
  const bed = await StandingBed.start({ kind, layer, behindProxy, shares: way.startsWith('file') })
  try {
    const { near, far } = await ways[way](bed, { direction, limits })
    const ours = Object.entries({
      relay: isStock(kind.relay) ? undefined : bed.pair.relay.pid,
      agent: isStock(kind.agent) ? undefined : bed.agent.pid,
      visitor: bed.visitor?.pid,
    }).filter((entry): entry is [string, number] => entry[1] !== undefined)
    const peaks = ours.map(([name, pid]) => ({ name, peak: new MemoryPeak(pid) }))
    const [from, to] = direction === 'down' ? [far, near] : [near, far]
    if (!to) throw new Error('nobody reads')
    const receiver = new Receiver(to)
    const accepted = from ? accepting(from, shrinks === true) : reading(bed.agent.pid)
    if (limits) receiver.readOn()
    const underWay = await standsStill(() => accepted() - receiver.arrivedBytes)
    const grown = Object.fromEntries(peaks.map(({ name, peak }) => [name, peak.grownBytes]))
    if (process.env['MEMORY_FIGURES'])
      console.log(pairName(kind), '|', rowName(row, direction), underWay, grown)
    if (!limits) await receiver.read(readOnBytes)
    expect(underWay, 'not all of it is taken from the sender').toBeLessThan(offeredBytes)
    expect(
      Object.entries(grown).filter(([, bytes]) => bytes > maxGrownBytes[kind.runtime]),
      'who has grown by more than may be',
    ).toEqual([])
  } finally {
    await bed.close()
  }
}

function accepting(from: Duplex, shrinks: boolean): () => number {
  const sender = new Sender(from, { shrinks })
  void sender.send()
  return () => sender.acceptedBytes
}

/** What a process reads of files, which the kernel counts: sockets are not read by read(2). */
function reading(pid: number): () => number {
  const read = () => Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
  const before = read()
  return () => read() - before
}
