import { once } from 'node:events'
import { expect } from 'vitest'
import { DatagramTargets } from '../../../harness/peers/datagram-targets.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Layer } from '../relay-end.ts'
import type { Row } from '../table.ts'

const layers: readonly Layer[] = ['plain', 'crypt', 'compress']

function sizesFor({ protocol }: PairKind, layer: Layer): readonly number[] {
  if (protocol === 'native') return [1, 1_200, 9_000, 60_000, 65_507, 3]
  // A stock end cuts at 1672 bytes, and with crypt it may split the first datagram above some 1,186.
  return layer === 'crypt' ? [1, 900, 1_100, 3] : [1, 900, 1_672, 3]
}

function echoRow(layer: Layer): Row {
  return {
    name: `udp, ${layer}: each datagram comes back whole`,
    leftOut: ({ protocol }) =>
      protocol === 'native' &&
      layer !== 'plain' &&
      'native payload is always encrypted, and compressed by nobody',
    run: async (pair) => {
      const targets = new DatagramTargets()
      try {
        const port = await pair.open({ mode: 'udp', layer, target: `127.0.0.1:${await targets.echo()}` })
        const visitor = await targets.bind()
        for (const size of sizesFor(pair.kind, layer)) {
          const sent = Buffer.alloc(size, 'loss 0.1234 ')
          visitor.send(sent, port, '127.0.0.1')
          const [answer] = (await once(visitor, 'message', { signal: AbortSignal.timeout(5_000) })) as [
            Buffer,
          ]
          expect(answer.equals(sent)).toBe(true)
        }
      } finally {
        targets.close()
      }
    },
  }
}

export const udpRows: readonly Row[] = [
  ...layers.map(echoRow),
  {
    name: 'R2: udp: bursts of many visitors, and the next one is answered',
    leftOut: ({ relay }) => isStock(relay) && 'a stock relay may crash',
    run: async (pair) => {
      const targets = new DatagramTargets()
      try {
        const port = await pair.open({ mode: 'udp', target: `127.0.0.1:${await targets.echo()}` })
        const visitors = await Promise.all(Array.from({ length: 40 }, () => targets.bind()))
        for (let round = 0; round < 20; round += 1) {
          for (const visitor of visitors) visitor.send(Buffer.alloc(round * 80, 'b'), port, '127.0.0.1')
        }
        const last = await targets.bind()
        const answered = once(last, 'message', { signal: AbortSignal.timeout(10_000) }) as Promise<[Buffer]>
        // The burst may have filled the system's queue: asked again, as a resolver would.
        const ask = () => last.send('still there?', port, '127.0.0.1')
        ask()
        const again = setInterval(ask, 200)
        const [answer] = await answered.finally(() => clearInterval(again))
        expect(String(answer)).toBe('still there?')
      } finally {
        targets.close()
      }
    },
  },
]
