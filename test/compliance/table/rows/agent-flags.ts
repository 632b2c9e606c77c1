import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startConnectProxy } from '../../../harness/peers/connect-proxy.ts'
import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import type { Pair } from '../pair.ts'
import { isStock, type PairKind } from '../pairs.ts'
import { publicVkey } from '../relay-end.ts'
import { twoTargets } from './two-targets.ts'
import type { Row } from '../table.ts'

const user = { name: 'mei', password: 'a-long-enough-password' }

const stockAgent = ({ agent }: PairKind) => isStock(agent) && 'a promise of our npc'

/** A client with a tunnel to an echo and an agent that was started with these flags besides; answers the tunnel's port. */
async function echoThrough(pair: Pair, name: string, flag: string): Promise<void> {
  const vkey = `a-key-for-${name}-0123456789`
  const clientId = await pair.relay.addClient({ vkey, layer: 'plain' })
  const port = await freePort()
  const target = `127.0.0.1:${await pair.targets.echo()}`
  await pair.relay.addTunnel({ clientId, mode: 'tcp', port, target })
  const npc = pair.npc([...(await pair.agentFlags(vkey)), flag])
  await pair.echoes(port)
  await npc.kill()
}

export const agentFlagRows: readonly Row[] = [
  {
    name: 'npc -proxy=http://user:password@…: the whole link goes through it',
    leftOut: stockAgent,
    run: async (pair) => {
      const proxy = await startConnectProxy(user)
      try {
        const login = `${user.name}:${user.password}`
        await echoThrough(pair, 'http-proxy', `-proxy=http://${login}@127.0.0.1:${proxy.port}`)
        expect(proxy.opened()).toBeGreaterThan(1)
      } finally {
        proxy.close()
      }
    },
  },
  {
    name: 'npc -proxy=socks5://user:password@…: the whole link goes through it',
    leftOut: stockAgent,
    run: async (pair) => {
      const port = await pair.open({ mode: 'socks5', target: '', user })
      const login = `${user.name}:${user.password}`
      await echoThrough(pair, 'socks-proxy', `-proxy=socks5://${login}@127.0.0.1:${port}`)
    },
  },
  {
    name: 'npc.conf with public_vkey, -protocol=auto: refused natively, taken in the stock protocol',
    leftOut: (kind) => stockAgent(kind) || (isStock(kind.relay) && 'a stock relay knows no native link'),
    run: async (pair) => {
      const port = await freePort()
      const file = join(pair.folder, 'public.conf')
      await writeFile(
        file,
        `[common]\nserver_addr=${pair.server}\nvkey=${publicVkey}\nremark=auto\n[echo]\nmode=tcp\nserver_port=${port}\ntarget_addr=127.0.0.1:${await pair.targets.echo()}\n`,
      )
      const npc = pair.npc([`-config=${file}`, `-conf_path=${join(pair.folder, 'public')}`])
      await pair.echoes(port)
      const keys = await readFile(join(pair.folder, 'public/state/temporary-keys.json'), 'utf8')
      expect(keys).not.toContain(publicVkey)
      await npc.kill()
    },
  },
  {
    name: 'npc register: the relay lets this address in for some hours',
    leftOut: stockAgent,
    run: async (pair) => {
      const { vkey } = await pair.account()
      const register = pair.npc(['register', ...(await pair.agentFlags(vkey)), '-time=2'])
      expect(await register.ended()).toBe(0)
      if (!isStock(pair.kind.relay)) await pair.ourRelay.says(/address registered/)
      const wrong = pair.npc([
        'register',
        ...(await pair.agentFlags('a-key-of-nobody-0123456789')),
        '-time=2',
      ])
      expect(await wrong.ended()).toBe(1)
      expect(wrong.output).toContain('refuses this vkey')
    },
  },
  {
    name: 'npc.conf [health]: visitors of the relay come to the target that is well',
    timeoutMs: 60_000,
    leftOut: (kind) => stockAgent(kind) || (!isStock(kind.relay) && 'our relay says so itself: another row'),
    run: async (pair) => {
      const vkey = 'a-key-for-health-flags-0123456789'
      await pair.relay.addClient({ vkey, layer: 'plain' })
      const port = await freePort()
      const well = await pair.targets.listen((socket) => socket.end('well'))
      const down = await pair.targets.closedPort()
      const npc = await pair.configuredNpc(vkey, twoTargets({ port, down, well }))
      await npc.says(/target is down/)
      const visit = async () => {
        const visitor = await pair.targets.visit(port)
        const [bytes] = (await Promise.race([once(visitor, 'data'), once(visitor, 'close')])) as [unknown]
        return String(bytes)
      }
      const fourVisits = async () => [await visit(), await visit(), await visit(), await visit()]
      await expect.poll(fourVisits, { timeout: 15_000 }).toEqual(['well', 'well', 'well', 'well'])
      await npc.kill()
    },
  },
]
