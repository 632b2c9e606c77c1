import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { connectRelay, Secret, type RelayConnection } from '../../../relay-core/src/api-client/index.ts'
import { Relay } from '../../../relay-core/src/relay/relay.ts'
import { StockProgram, stockMissing, stockVersions } from './stock-programs.ts'
import { Targets } from '../../harness/peers/loopback-targets.ts'

const missing = stockMissing()
const left = missing ? ` (left out: ${missing})` : ''

/** The relay as a whole, and agents that come to it with nothing but the line that its console shows. */
describe('the relay', () => {
  let folder: string
  let relay: Relay
  let connection: RelayConnection
  let bridgePort: number
  let log: string
  const targets = new Targets()
  const open: (() => unknown)[] = []
  const signal = AbortSignal.timeout(60_000)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-relay-'))
    log = ''
  })
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close()
    await targets.close()
    await rm(folder, { recursive: true })
  })

  async function start(stockProtocol: boolean, ipLimit = false): Promise<string> {
    relay = new Relay({
      config: { ...loopbackRelay, stockProtocol, ipLimit },
      folder: join(folder, 'state'),
      tunnelHost: '127.0.0.1',
      writeLog: (line) => (log += line),
    })
    const started = await relay.start()
    open.push(() => relay.close())
    bridgePort = started.bridgePort
    connection = await connectRelay({
      host: '127.0.0.1',
      port: bridgePort,
      adminKey: started.adminKey,
      signal,
    })
    open.push(() => connection.close())
    const { id } = await connection.client.clients.add({ name: 'lab' })
    return (await connection.client.clients.command({ id, host: '127.0.0.1' })).vkey
  }

  async function protocolOnline(): Promise<string> {
    for await (const [client] of await connection.client.clients.watch({})) {
      if (client?.agent.state === 'online') return client.agent.protocol
    }
    throw new Error('the feed ended')
  }

  for (const version of stockVersions) {
    it.skipIf(missing)(`serves npc ${version}${left}`, async () => {
      const vkey = await start(true)
      const npc = StockProgram.agent(version, folder, `127.0.0.1:${bridgePort}`, vkey)
      open.push(() => npc.kill())
      expect(await protocolOnline()).toBe('stock')
      const target = `127.0.0.1:${await targets.echo()}`
      const tunnel = await connection.client.tunnels.add({ clientId: 1, target })
      const visitor = await targets.visit(tunnel.port ?? 0)
      visitor.write('hello')
      expect(String(await once(visitor, 'data'))).toBe('hello')
      const { hops } = await connection.client.tunnels.probe({ id: tunnel.id })
      expect(hops.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
    })
  }

  it.skipIf(missing)(`turns stock programs away where nps.conf says so${left}`, async () => {
    const vkey = await start(false)
    const npc = StockProgram.agent('0.26.10', folder, `127.0.0.1:${bridgePort}`, vkey)
    open.push(() => npc.kill())
    await npc.says(/reconnected in five seconds/)
    expect(log).toContain('stock_protocol=false')
  })

  it.skipIf(missing)(`ip_limit: lets in whom an npc has registered, and nobody else${left}`, async () => {
    const vkey = await start(true, true)
    const npc = StockProgram.agent('0.26.10', folder, `127.0.0.1:${bridgePort}`, vkey)
    open.push(() => npc.kill())
    await protocolOnline()
    const target = `127.0.0.1:${await targets.echo()}`
    const { port } = await connection.client.tunnels.add({ clientId: 1, target })
    expect(await targets.outcome(port ?? 0)).toBe('ECONNRESET')
    expect(log).toContain('127.0.0.1 is not registered')
    const register = StockProgram.register('0.26.10', folder, `127.0.0.1:${bridgePort}`, vkey)
    open.push(() => register.kill())
    await register.ended()
    await expect.poll(() => log).toMatch(/address registered client=1 .*address=127.0.0.1/)
    const visitor = await targets.visit(port ?? 0)
    visitor.write('hello')
    expect(String(await once(visitor, 'data'))).toBe('hello')
  })

  it('is spoken to natively by an agent that finds out by itself', async () => {
    const vkey = await start(true)
    const server = `127.0.0.1:${bridgePort}`
    const agent = new Agent({ server, vkey: new Secret(vkey), protocol: 'auto', log: silentLog })
    open.push(() => agent.close())
    agent.start()
    expect(await protocolOnline()).toBe('native')
  })
})
