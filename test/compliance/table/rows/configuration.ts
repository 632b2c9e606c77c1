import { writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { expect } from 'vitest'
import type { RelayTunnel } from '../../../../relay-core/src/api/relay-tunnel-models.ts'
import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import type { Pair } from '../pair.ts'
import { isStock, type PairKind } from '../pairs.ts'
import { publicVkey } from '../relay-end.ts'
import { twoTargets } from './two-targets.ts'
import type { Row } from '../table.ts'

const native = ({ protocol }: PairKind) =>
  protocol === 'native' && 'a public key belongs to nobody, so it opens no native link'
const stockRelay = ({ relay }: PairKind) =>
  isStock(relay) && 'a stock relay forgets all of it at each reconnect'

/** A client whose agent comes with a file. */
async function client(pair: Pair, name: string): Promise<{ clientId: number; vkey: string }> {
  const vkey = `a-key-for-files-${name}-0123456789`
  return { vkey, clientId: await pair.relay.addClient({ vkey, layer: 'plain' }) }
}

const tunnelsOf = async (pair: Pair, clientId: number): Promise<RelayTunnel[]> =>
  (await pair.ourRelay.api.tunnels.list({})).filter((tunnel) => tunnel.clientId === clientId)

/** Waits for the relay's tunnels of a client to be as `matches` says. */
async function tunnelsBecome(
  pair: Pair,
  clientId: number,
  matches: (tunnels: readonly RelayTunnel[]) => boolean,
): Promise<RelayTunnel[]> {
  const signal = AbortSignal.timeout(25_000)
  for await (const all of await pair.ourRelay.api.tunnels.watch({}, { signal })) {
    const tunnels = all.filter((tunnel) => tunnel.clientId === clientId)
    if (matches(tunnels)) return tunnels
  }
  throw new Error('the feed ended')
}

const names = (tunnels: readonly RelayTunnel[]) => tunnels.map(({ name }) => name).toSorted()

export const configurationRows: readonly Row[] = [
  {
    name: 'npc.conf: a tunnel, and a range of ports 1:1',
    run: async (pair) => {
      const { vkey } = await client(pair, 'range')
      const [one, first, second] = [await freePort(), await freePort(), await freePort()]
      const targets = [await pair.targets.echo(), await pair.targets.echo(), await pair.targets.echo()]
      const npc = await pair.configuredNpc(
        vkey,
        `[one]
mode=tcp
server_port=${one}
target_addr=127.0.0.1:${targets[0]}

[range]
mode=tcp
server_port=${first},${second}
target_port=${targets[1]},${targets[2]}
`,
      )
      for (const port of [one, first, second]) await pair.echoes(port)
      await npc.kill()
    },
  },
  {
    name: 'R12: npc.conf: over a restart of the agent ids and counters stay, what is gone from it goes, what a person made stays',
    timeoutMs: 60_000,
    leftOut: stockRelay,
    run: async (pair) => {
      const { vkey, clientId } = await client(pair, 'kept')
      const echo = `127.0.0.1:${await pair.targets.echo()}`
      const [kept, gone, moved] = [await freePort(), await freePort(), await freePort()]
      const section = (name: string, port: number) =>
        `[${name}]\nmode=tcp\nserver_port=${port}\ntarget_addr=${echo}\n\n`
      const before = await pair.configuredNpc(vkey, section('kept', kept) + section('gone', gone))
      await pair.echoes(kept)
      const byPerson = await pair.ourRelay.api.tunnels.add({
        clientId,
        name: 'by hand',
        target: echo,
        port: await freePort(),
      })
      const [first] = (await tunnelsOf(pair, clientId)).filter(({ name }) => name === 'kept')
      expect(first).toMatchObject({ pushedBy: 'agent', mode: 'tcp', port: kept, target: echo })
      await before.kill()

      const after = await pair.configuredNpc(vkey, section('kept', moved))
      const tunnels = await tunnelsBecome(pair, clientId, (now) => !names(now).includes('gone'))
      expect(names(tunnels)).toEqual(['by hand', 'kept'])
      const second = tunnels.find(({ name }) => name === 'kept')
      expect(second).toMatchObject({ id: first?.id, port: moved })
      expect(second?.downBytes).toBeGreaterThanOrEqual(first?.downBytes ?? Infinity)
      await pair.echoes(moved)
      await pair.echoes(byPerson.port ?? 0)
      await after.kill()
    },
  },
  {
    name: 'npc.conf with public_vkey: a client for as long as its agent, the same after a restart of it',
    timeoutMs: 60_000,
    leftOut: (kind) => native(kind) || stockRelay(kind),
    run: async (pair) => {
      const port = await freePort()
      const section = `[echo]\nmode=tcp\nserver_port=${port}\ntarget_addr=127.0.0.1:${await pair.targets.echo()}\n`
      const common = 'remark=visiting\ncrypt=true\nrate_limit=50000\nmax_conn=100'
      const npc = await pair.configuredNpc(publicVkey, section, common)
      await pair.echoes(port)
      const temporary = async () =>
        (await pair.ourRelay.api.clients.list({})).filter(({ isTemporary }) => isTemporary)
      const [first, ...others] = await temporary()
      expect(others).toEqual([])
      expect(first).toMatchObject({
        name: 'visiting',
        settings: { crypt: true, compress: false },
        limits: { rateBytesPerSecond: 50_000 * 1024, maxConnections: 100 },
      })
      const [tunnel] = await tunnelsOf(pair, first?.id ?? 0)
      await npc.kill()
      const again = await pair.configuredNpc(publicVkey, section, common)
      await pair.echoes(port)
      expect((await temporary()).map(({ id, vkey }) => ({ id, vkey }))).toEqual([
        { id: first?.id, vkey: first?.vkey },
      ])
      expect((await tunnelsOf(pair, first?.id ?? 0)).map(({ id }) => id)).toEqual([tunnel?.id])
      await again.kill()
    },
  },
  {
    name: 'npc.conf: a port that may not be had is refused by its log line, and the agent told, by ours with the cause',
    leftOut: stockRelay,
    run: async (pair) => {
      const { vkey } = await client(pair, 'refused')
      const taken = pair.relay.bridgePort
      const npc = await pair.configuredNpc(
        vkey,
        `[taken]\nmode=tcp\nserver_port=${taken}\ntarget_addr=127.0.0.1:${taken}\n`,
      )
      const { agent, protocol } = pair.kind
      const why =
        protocol === 'native' ? `Port ${taken} is one of nps itself` : 'Most likely its port is taken'
      await npc.says(isStock(agent) ? /taken/ : new RegExp(`is not on the relay .*section=taken .*${why}`))
      await pair.ourRelay.says(/a pushed part of npc.conf was refused.*entry=taken.*code=port-taken/)
      await npc.kill()
    },
  },
  {
    name: 'npc status -config: the truth about what runs',
    leftOut: (kind) => stockRelay(kind) || (kind.agent === '0.26.7' && 'as 0.26.10'),
    run: async (pair) => {
      const { vkey, clientId } = await client(pair, 'status')
      const [runs, stopped] = [await freePort(), await freePort()]
      const echo = await pair.targets.echo()
      const section = (name: string, port: number) =>
        `[${name}]\nmode=tcp\nserver_port=${port}\ntarget_addr=127.0.0.1:${echo}\n\n`
      const npc = await pair.configuredNpc(vkey, section('runs', runs) + section('stopped', stopped))
      await pair.echoes(runs)
      const [tunnel] = (await tunnelsOf(pair, clientId)).filter(({ name }) => name === 'stopped')
      await pair.ourRelay.api.tunnels.stop({ id: tunnel?.id ?? 0 })
      // Where a stock agent keeps its key, and every other one on this machine too.
      await writeFile('/tmp/npc_vkey.txt', vkey)
      const file = npc.args.find((arg) => arg.startsWith('-config=')) ?? ''
      const status = pair.npc(['status', file])
      await status.ended()
      const line = (name: string) =>
        status.output.split('\n').find((text) => text.includes(name)) ?? status.output
      expect(line('runs')).toMatch(/ok/i)
      expect(line('stopped')).toMatch(/not running/i)
      await npc.kill()
    },
  },
  {
    name: 'npc.conf [health]: a target that is down is left out',
    timeoutMs: 60_000,
    leftOut: stockRelay,
    run: async (pair) => {
      const { vkey, clientId } = await client(pair, 'health')
      const port = await freePort()
      const well = await pair.targets.listen((socket) => socket.end('well'))
      const down = await pair.targets.closedPort()
      const npc = await pair.configuredNpc(vkey, twoTargets({ port, down, well }))
      const from = pair.ourRelay.written
      await pair.ourRelay.says(/a target is down; it is left out/, { from })
      for (let visit = 0; visit < 4; visit++) {
        const visitor = await pair.targets.visit(port)
        expect(String(await once(visitor, 'data'))).toBe('well')
      }
      const [two] = await tunnelsOf(pair, clientId)
      expect(two?.downTargets).toEqual([`127.0.0.1:${down}`])
      await npc.kill()
    },
  },
]
