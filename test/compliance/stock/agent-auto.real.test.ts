import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { untilTrue } from '../../../relay-core/src/async/index.ts'
import { Agent, type AgentProtocol, type AgentState } from '../../../relay-core/src/agent/index.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'
import { createLog } from '../../../relay-core/src/log/log.ts'
import { connectRelay, Secret, type RelayConnection } from '../../../relay-core/src/api-client/index.ts'
import { Relay } from '../../../relay-core/src/relay/relay.ts'
import { stockMissing } from './stock-programs.ts'
import { StockRelayEnd } from '../table/stock-relay.ts'

const missing = stockMissing()
const left = missing ? ` (left out: ${missing})` : ''
const vkey = 'a-key-for-auto-0123456789'

/**
 * What finding out may cost beyond a link whose protocol is known: one refused TLS handshake, on a busy machine. Less than the head
 * start of 1.5 s, which it must not wait for.
 */
const detourMs = 1_200

describe(`-protocol=auto${left}`, () => {
  let folder: string
  let log: string
  const open: (() => unknown)[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npc-auto-'))
    log = ''
  })
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close()
    await rm(folder, { recursive: true })
  })

  async function stockRelay(): Promise<StockRelayEnd> {
    await mkdir(join(folder, 'stock'))
    const relay = await StockRelayEnd.create(join(folder, 'stock'), '0.26.10')
    open.push(() => relay.kill())
    await relay.addClient({ vkey, layer: 'plain' })
    return relay
  }

  /** An agent that remembers in the test's folder, with the time that it took to come online. */
  async function online(port: number, protocol: AgentProtocol): Promise<{ agent: Agent; ms: number }> {
    const beginMs = performance.now()
    const agent = startAgent(port, protocol)
    await becomes(agent, 'online')
    return { agent, ms: performance.now() - beginMs }
  }

  function startAgent(port: number, protocol: AgentProtocol): Agent {
    const agent = new Agent({
      server: `127.0.0.1:${port}`,
      vkey: new Secret(vkey),
      protocol,
      pinFile: join(folder, 'pins.json'),
      stockRelaysFile: join(folder, 'stock-relays.json'),
      log: createLog({ level: 'debug', write: (line) => (log += line) }),
    })
    open.push(() => agent.close())
    agent.start()
    return agent
  }

  function becomes(agent: Agent, state: AgentState['state']): Promise<void> {
    return untilTrue(
      (look) => agent.onChange(look),
      () => agent.state.state === state,
      { timeoutMs: 20_000, onTimeout: () => new Error(`not ${state} within 20 s\n${log}`) },
    )
  }

  const notes = async (name: string) =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, string>

  it.skipIf(missing)('costs no delay before a stock relay, and is remembered', async () => {
    const relay = await stockRelay()
    const known = await online(relay.bridgePort, 'stock')
    await known.agent.close()
    const first = await online(relay.bridgePort, 'auto')
    expect(first.ms).toBeLessThan(known.ms + detourMs)
    expect(await notes('stock-relays.json')).toEqual({ [`127.0.0.1:${relay.bridgePort}`]: 'stock' })
    await first.agent.close()
    const second = await online(relay.bridgePort, 'auto')
    expect(second.ms).toBeLessThan(known.ms + detourMs)
  })

  it.skipIf(missing)('finds a stock relay behind a door that is silent to TLS', async () => {
    const relay = await stockRelay()
    const port = await doorSilentToTls(relay.bridgePort)
    const { ms } = await online(port, 'auto')
    expect(ms).toBeLessThan(4_000)
  })

  it.skipIf(missing)(
    'goes over to a native relay that has taken a stock one’s place, and never back',
    { timeout: 60_000 },
    async () => {
      const stock = await stockRelay()
      const port = stock.bridgePort
      const { agent } = await online(port, 'auto')
      await stock.kill()
      await becomes(agent, 'waiting')

      const native = await nativeRelay(port)
      const clients = await native.connection.client.clients.watch(
        {},
        { signal: AbortSignal.timeout(30_000) },
      )
      for await (const [client] of clients) {
        if (client?.agent.state === 'online' && client.agent.protocol === 'native') break
      }
      const pinned = async () => Object.keys(await notes('pins.json').catch(() => ({})))
      await expect.poll(pinned, { timeout: 10_000 }).toEqual([`127.0.0.1:${port}`])
      await expect.poll(() => notes('stock-relays.json'), { timeout: 10_000 }).toEqual({})

      await native.close()
      await becomes(agent, 'waiting')
      const from = stock.output.length
      await stock.start()
      // Whoever cuts the native line and answers in the clear is not spoken to.
      const attempts = () => log.split('agent connecting').length
      const before = attempts()
      await expect.poll(attempts, { timeout: 20_000 }).toBeGreaterThan(before + 1)
      expect(stock.output.slice(from)).not.toContain('connection succeeded')
      expect(agent.state.state).not.toBe('online')
    },
  )

  async function nativeRelay(
    port: number,
  ): Promise<{ connection: RelayConnection; close: () => Promise<void> }> {
    const relay = new Relay({
      config: { ...loopbackRelay, bridgePort: port, stockProtocol: true },
      folder: join(folder, 'native'),
      tunnelHost: '127.0.0.1',
      writeLog: (line) => (log += line),
    })
    const { adminKey } = await relay.start()
    open.push(() => relay.close())
    const signal = AbortSignal.timeout(20_000)
    const connection = await connectRelay({ host: '127.0.0.1', port, adminKey, signal })
    open.push(() => connection.close())
    await connection.client.clients.add({ name: 'lab', vkey })
    return {
      connection,
      close: async () => {
        connection.close()
        await relay.close()
      },
    }
  }

  /** Passes stock connections on; one that begins otherwise gets no answer, as with a shared port of a stock relay. */
  async function doorSilentToTls(to: number): Promise<number> {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.once('data', (first) => {
        if (!first.toString('latin1').startsWith('TST')) return
        const inner = connect(to, '127.0.0.1')
        sockets.push(inner)
        inner.on('error', () => undefined)
        inner.write(first)
        socket.pipe(inner).pipe(socket)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    })
    return (server.address() as AddressInfo).port
  }
})
