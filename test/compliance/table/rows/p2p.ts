import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import { isStock, type PairKind } from '../pairs.ts'
import type { Row } from '../table.ts'

const onlyStockVisitors = ({ relay, agent }: PairKind) =>
  (!isStock(agent) && 'our npc visits private tunnels, there is nothing to fall back from') ||
  (isStock(relay) && 'what stock programs do among themselves is not ours to promise')

const password = 'goudan-77-p2p-of-a-tunnel'

export const p2pRows: readonly Row[] = [
  {
    name: 'R13: p2p: a stock visitor takes the relayed way to a private tunnel, made by hand or by mode=p2p of an npc.conf',
    leftOut: onlyStockVisitors,
    run: async (pair) => {
      const target = `127.0.0.1:${await pair.targets.echo()}`
      const { vkey } = await pair.account()
      await pair.openPrivate({ target, password })
      const pushed = 'a-key-for-files-p2p-0123456789'
      await pair.relay.addClient({ vkey: pushed, layer: 'plain' })
      const owner = await pair.configuredNpc(
        pushed,
        `[p2p_echo]\nmode=p2p\npassword=${password}-pushed\ntarget_addr=${target}\n`,
      )
      for (const known of [password, `${password}-pushed`]) {
        const port = await freePort()
        const flags = ['-local_type=p2p', `-password=${known}`, `-local_port=${port}`, `-target=${target}`]
        const visitor = pair.npc([...(await pair.agentFlags(vkey)), ...flags])
        await visitor.says(/local tcp monitoring/)
        await pair.echoes(port)
        await visitor.kill()
      }
      await owner.kill()
    },
  },
]
