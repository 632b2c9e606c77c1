import { expect } from 'vitest'
import { freePort } from '../../free-port.ts'
import type { Pair } from '../pair.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Layer } from '../relay-end.ts'
import type { Row } from '../table.ts'

const withoutLayer =
  (layer: Layer) =>
  ({ protocol }: PairKind) =>
    layer !== 'plain' && protocol === 'native' && 'native payload is always encrypted'

/** A visitor of the agent's make, listening on this machine. */
async function visitor(pair: Pair, password: string): Promise<{ port: number; close: () => Promise<void> }> {
  const { vkey } = await pair.account()
  const port = await freePort()
  const flags = ['-local_type=secret', `-password=${password}`, `-local_port=${port}`]
  const npc = pair.npc([...(await pair.agentFlags(vkey)), ...flags])
  await npc.says(isStock(pair.kind.agent) ? /local tcp monitoring/ : /listens on this machine/)
  return { port, close: () => npc.kill() }
}

function ownerAndVisitor(layer: Layer): Row {
  return {
    name: `private, ${layer}: owner and visitor`,
    leftOut: withoutLayer(layer),
    run: async (pair) => {
      const password = `goudan-${layer}`
      await pair.openPrivate({ target: `127.0.0.1:${await pair.targets.echo()}`, password, layer })
      const { port, close } = await visitor(pair, password)
      await pair.echoes(port)
      const sent = Buffer.alloc(3_000_000, 'loss 0.12 ')
      expect((await pair.exchange(port, sent)).equals(sent)).toBe(true)
      await close()
    },
  }
}

const layers: readonly Layer[] = ['plain', 'crypt', 'compress']

export const privateRows: readonly Row[] = [
  ...layers.map(ownerAndVisitor),
  {
    name: 'private: a wrong password leads nowhere',
    run: async (pair) => {
      await pair.openPrivate({ target: `127.0.0.1:${await pair.targets.echo()}`, password: 'right-one' })
      const { port, close } = await visitor(pair, 'wrong-one')
      expect(['ECONNRESET', 'end']).toContain(await pair.targets.outcome(port, 'anybody there?'))
      await close()
    },
  },
]
