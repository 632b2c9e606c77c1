import { once } from 'node:events'
import { expect } from 'vitest'
import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import type { Program } from '../../../harness/programs/program.ts'
import { ending, readAll } from '../../../harness/peers/loopback-targets.ts'
import type { Pair } from '../pair.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Layer } from '../relay-end.ts'
import type { Row } from '../table.ts'

const MB = 1_000_000

const withoutLayer =
  (layer: Layer) =>
  ({ protocol }: PairKind) =>
    layer !== 'plain' && protocol === 'native' && 'native payload is always encrypted'

/** A visitor of the agent's make, listening on this machine. Stock relays want a client's vkey of it too. */
async function visit(pair: Pair, password: string): Promise<{ port: number; program: Program }> {
  const { vkey } = await pair.account()
  const port = await freePort()
  const flags = ['-local_type=secret', `-password=${password}`, `-local_port=${port}`]
  const program = pair.npc([...(await pair.agentFlags(vkey)), ...flags])
  await program.says(isStock(pair.kind.agent) ? /local tcp monitoring/ : /listens on this machine/)
  return { port, program }
}

function ownerAndVisitor(layer: Layer): Row {
  return {
    name: `private, ${layer}: owner and visitor`,
    leftOut: withoutLayer(layer),
    run: async (pair) => {
      const password = `a-password-for-owners-${layer}`
      await pair.openPrivate({ target: `127.0.0.1:${await pair.targets.echo()}`, password, layer })
      const { port, program } = await visit(pair, password)
      await pair.echoes(port)
      const sent = Buffer.alloc((layer === 'plain' ? 30 : 3) * MB, 'loss 0.12 ')
      expect((await pair.exchange(port, sent)).equals(sent)).toBe(true)
      await program.kill()
    },
  }
}

const layers: readonly Layer[] = ['plain', 'crypt', 'compress']

export const privateRows: readonly Row[] = [
  ...layers.map(ownerAndVisitor),
  {
    name: 'private: a wrong password leads nowhere',
    run: async (pair) => {
      const target = `127.0.0.1:${await pair.targets.echo()}`
      await pair.openPrivate({ target, password: 'the-right-password-of-it' })
      const { port, program } = await visit(pair, 'the-wrong-password-of-it')
      expect(['ECONNRESET', 'end']).toContain(await pair.targets.outcome(port, 'anybody there?'))
      await program.kill()
    },
  },
  {
    name: 'private: half-close and reset pass',
    leftOut: ({ protocol }) => protocol === 'stock' && 'the stock protocol knows neither',
    run: async (pair) => {
      const password = 'another-password-of-a-private-tunnel'
      const target = await pair.targets.listen((socket) => {
        socket.once('data', (words) => {
          if (String(words) === 'reset me') socket.resetAndDestroy()
        })
        void readAll(socket).then(
          (request) => socket.end(`answer to ${request.toString()}`),
          () => undefined,
        )
      })
      await pair.openPrivate({ password, target: `127.0.0.1:${target}` })
      const { port } = await visit(pair, password)
      const asking = await pair.targets.visit(port)
      asking.end('a question')
      expect((await readAll(asking)).toString()).toBe('answer to a question')
      const reset = await pair.targets.visit(port)
      reset.write('reset me')
      expect(await ending(reset)).toBe('ECONNRESET')
    },
  },
  {
    name: 'S10: private: a wrong password opens nothing, and the visitor does not choose the target',
    leftOut: ({ agent }) => isStock(agent) && 'a stock visitor says nothing of a failure',
    run: async (pair) => {
      const password = 'a-third-password-of-a-private-tunnel'
      const target = await pair.targets.listen((socket) => socket.end('the right one'))
      const other = await pair.targets.listen((socket) => socket.end('the wrong one'))
      await pair.openPrivate({ password, target: `127.0.0.1:${target}` })
      const port = await freePort()
      const { vkey } = await pair.account()
      const flags = [...(await pair.agentFlags(vkey)), `-target=127.0.0.1:${other}`, `-local_port=${port}`]
      const right = pair.npc([...flags, `-password=${password}`])
      await right.says(/private tunnel listens/)
      const socket = await pair.targets.visit(port)
      expect((await readAll(socket)).toString()).toBe('the right one')
      await right.kill()
      const wrong = pair.npc([...flags, '-password=not-the-password-of-any-tunnel'])
      await wrong.says(/private tunnel listens/)
      const turnedAway = await pair.targets.visit(port)
      turnedAway.resume()
      await Promise.race([once(turnedAway, 'close'), ending(turnedAway)])
      if (pair.kind.protocol === 'native') await wrong.says(/private tunnel not reached.*no private tunnel/)
    },
  },
  {
    name: 'private: a visitor survives a restart of the relay',
    leftOut: ({ relay }) => isStock(relay) && 'a stock relay takes long to find its agents again',
    timeoutMs: 60_000,
    run: async (pair) => {
      const password = 'a-fourth-password-of-a-private-tunnel'
      await pair.openPrivate({ password, target: `127.0.0.1:${await pair.targets.echo()}` })
      const { port } = await visit(pair, password)
      await pair.echoes(port)
      await pair.restartRelay()
      await pair.echoes(port)
    },
  },
]
