/**
 * One of our ends of a pair that speaks the stock protocol, as a process of its own. Lines of JSON as in native-runner.ts.
 *
 *   stock-runner.ts relay <identity folder> <bridge port> <vkey> <plain|crypt|compress>
 *   stock-runner.ts agent <server> <vkey> <auto|stock>
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { RelayError } from '../../relay-core/src/api/errors.ts'
import { Agent } from '../../relay-core/src/client/agent.ts'
import type { AgentProtocol } from '../../relay-core/src/client/agent-protocol.ts'
import { createLog } from '../../relay-core/src/log.ts'
import { md5Hex } from '../../relay-core/src/nps/handshake.ts'
import { StockBridge } from '../../relay-core/src/nps/stock-bridge.ts'
import { StockSession } from '../../relay-core/src/nps/stock-session.ts'
import { Secret } from '../../relay-core/src/secret.ts'
import { Agents } from '../../relay-core/src/server/agents.ts'
import { Bridge } from '../../relay-core/src/server/bridge.ts'
import { loadOrCreateIdentity } from '../../relay-core/src/transport/identity.ts'
import { Tunnels } from '../../relay-core/src/server/tunnels/tunnels.ts'

const [, , role, ...rest] = process.argv
const log = createLog({ level: 'debug', write: (line) => process.stderr.write(line) })
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

async function runRelay(folder: string, port: string, vkey: string, layer: string): Promise<void> {
  const identity = await loadOrCreateIdentity(folder)
  const agents = new Agents()
  agents.onChange((clientId) => say({ event: 'agent', ...agents.state(clientId) }))
  const client = { id: 1, crypt: layer === 'crypt', compress: layer === 'compress' }
  const stock = new StockBridge({
    clients: { findByVerifyKey: (md5) => (md5 === md5Hex(vkey) ? client : undefined) },
    agents,
    identity,
    log,
  })
  const bridge = new Bridge({
    host: '127.0.0.1',
    port: Number(port),
    identity,
    agents,
    log,
    clients: { find: () => undefined },
    onStock: (socket) => stock.accept(socket),
  })
  const tunnels = new Tunnels({ agents, host: '127.0.0.1', log })
  const { port: bridgePort } = await bridge.listen()
  say({ event: 'listening', port: bridgePort })

  const commands: Record<string, (argument: never) => unknown> = {
    open: async ({ id, target }: { id: number; target: string }) => {
      await tunnels.open({ id, clientId: 1, mode: 'tcp', port: 0, target })
      return tunnels.port(id)
    },
    probe: ({ id }: { id: number }) => tunnels.probe(id, { signal: AbortSignal.timeout(20_000) }),
    // Datagrams have no tunnel mode of their own yet: each one's size and content come back as the target answers.
    datagrams: async ({ port: target, sizes }: { port: number; sizes: number[] }) => {
      const session = agents.get(1)
      if (!(session instanceof StockSession)) throw new Error('no stock agent is online')
      const signal = AbortSignal.timeout(10_000)
      const stream = await session.openDatagrams({ host: '127.0.0.1', port: target }, { signal })
      const answers: number[] = []
      for (const size of sizes) {
        stream.write(Buffer.alloc(size, 'u'))
        const [answer] = (await once(stream, 'data', { signal })) as [Buffer]
        answers.push(answer.length)
      }
      stream.destroy()
      return answers
    },
  }
  for await (const line of createInterface(process.stdin)) {
    const { call, command, argument } = JSON.parse(line) as { call: number; command: string; argument: never }
    void answer(call, async () => commands[command]?.(argument))
  }
}

async function answer(call: number, work: () => Promise<unknown>): Promise<void> {
  try {
    say({ event: 'answer', call, result: (await work()) ?? null })
  } catch (error) {
    say({ event: 'answer', call, failure: error instanceof RelayError ? error.code : String(error) })
  }
}

function runAgent(server: string, vkey: string, protocol: string): void {
  const agent = new Agent({ server, vkey: new Secret(vkey), protocol: protocol as AgentProtocol, log })
  agent.onChange((state) => say({ event: 'state', ...state }))
  agent.start()
}

const [first = '', second = '', third = '', fourth = ''] = rest
if (role === 'relay') await runRelay(first, second, third, fourth)
else runAgent(first, second, third)
