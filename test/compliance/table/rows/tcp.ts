import { once } from 'node:events'
import { expect } from 'vitest'
import { readAll } from '../../../harness/peers/loopback-targets.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Layer } from '../relay-end.ts'
import type { Row } from '../table.ts'

const layers: readonly Layer[] = ['plain', 'crypt', 'compress']

function withoutLayer(layer: Layer): Row['leftOut'] {
  return ({ protocol }) =>
    layer !== 'plain' && protocol === 'native' && 'native payload is always encrypted, and never compressed'
}

const isRelayStock = ({ relay }: PairKind) => isStock(relay)

const target = (port: number) => `127.0.0.1:${port}`

function layerRows(layer: Layer): Row[] {
  const leftOut = withoutLayer(layer)
  return [
    {
      name: `tcp, ${layer}: 30 MB there and back`,
      timeoutMs: 60_000,
      ...(leftOut && { leftOut }),
      run: async (pair) => {
        const port = await pair.open({ mode: 'tcp', layer, target: target(await pair.targets.echo()) })
        const sent = Buffer.alloc(30_000_000, 'epoch 7 loss 0.1234 ')
        expect((await pair.exchange(port, sent)).equals(sent)).toBe(true)
      },
    },
    {
      name: `tcp, ${layer}: 200 streams at once`,
      timeoutMs: 60_000,
      ...(leftOut && { leftOut }),
      run: async (pair) => {
        const port = await pair.open({ mode: 'tcp', layer, target: target(await pair.targets.echo()) })
        const sent = Array.from({ length: 200 }, (_, at) => Buffer.alloc(50_000, `stream ${at} `))
        const received = await Promise.all(sent.map((bytes) => pair.exchange(port, bytes)))
        expect(received.filter((bytes, at) => !bytes.equals(sent[at] as Buffer))).toEqual([])
      },
    },
    {
      name: `tcp, ${layer}: all that a target says before it closes, and then the end`,
      ...(leftOut && { leftOut }),
      run: async (pair) => {
        const says = await pair.targets.listen((socket) => socket.end(Buffer.alloc(1_000_000, 's')))
        const port = await pair.open({ mode: 'tcp', layer, target: target(says) })
        const visits = Array.from({ length: 10 }, async () => readAll(await pair.targets.visit(port)))
        expect((await Promise.all(visits)).map(({ length }) => length)).toEqual(visits.map(() => 1_000_000))
      },
    },
    {
      name: `tcp, ${layer}: the visit to a target that refuses is ended`,
      ...(leftOut && { leftOut }),
      run: async (pair) => {
        const refused = await pair.targets.closedPort()
        const port = await pair.open({ mode: 'tcp', layer, target: target(refused) })
        // A reset can be as quick as the connection itself.
        expect(['ECONNRESET', 'end']).toContain(await pair.targets.outcome(port, 'anybody there?'))
      },
    },
    {
      name: `R15: tcp, ${layer}: a visitor that has ended its half is answered`,
      leftOut: (kind) =>
        leftOut?.(kind) ||
        (isRelayStock(kind) && 'a stock relay loses half closes') ||
        (layer === 'crypt' && 'to a stock agent the end of a TLS direction is the end of the stream'),
      run: async (pair) => {
        const answers = await pair.targets.listen((socket) =>
          socket.once('data', (request) => socket.end(`answer to ${String(request)}`)),
        )
        const visitor = await pair.targets.visit(
          await pair.open({ mode: 'tcp', layer, target: target(answers) }),
        )
        visitor.end('GET / HTTP/1.0')
        expect(String(await readAll(visitor))).toBe('answer to GET / HTTP/1.0')
      },
    },
  ]
}

export const tcpRows: readonly Row[] = [
  ...layers.flatMap(layerRows),
  {
    name: 'tcp: a refused target is a reset, and a probe says why',
    leftOut: (kind) => isRelayStock(kind) && 'a stock relay has no probe',
    run: async (pair) => {
      const { clientId } = await pair.account()
      const { tunnels } = pair.ourRelay.api
      const refused = await tunnels.add({ clientId, target: target(await pair.targets.closedPort()) })
      expect(await pair.targets.outcome(refused.port ?? 0)).toBe('ECONNRESET')
      const hops = async (id: number) => (await tunnels.probe({ id })).hops
      expect((await hops(refused.id)).map(({ state, failure }) => failure?.code ?? state)).toEqual([
        'ok',
        'ok',
        'target-refused',
      ])
      const reached = await tunnels.add({ clientId, target: target(await pair.targets.echo()) })
      expect((await hops(reached.id)).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
    },
  },
  {
    name: 'tcp: what a visitor says first waits until the target is reached',
    run: async (pair) => {
      const port = await pair.open({ mode: 'tcp', target: target(await pair.targets.echo()) })
      const visitor = await pair.targets.visit(port)
      visitor.write('first')
      expect(String(await once(visitor, 'data'))).toBe('first')
    },
  },
]
