/**
 * One end of a native pair as a process of its own, so that a test can stop, freeze or kill it, and run it on Node or on
 * Bun. Commands come as lines of JSON on standard input, answers and events go as lines of JSON to standard output.
 *
 *   native-runner.ts relay <identity folder> <bridge port> <vkey> [without-survival]
 *   native-runner.ts agent <server> <vkey> [<fingerprint>]
 */
import { createInterface } from 'node:readline'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { RelayError } from '../../../relay-core/src/api/errors.ts'
import { createLog } from '../../../relay-core/src/log/log.ts'
import { keyId } from '../../../relay-core/src/native/proofs.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { Agents } from '../../../relay-core/src/relay/clients/agents.ts'
import { Bridge } from '../../../relay-core/src/relay/bridge/bridge.ts'
import { loadOrCreateIdentity } from '../../../relay-core/src/net/tls/identity.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'

const [, , role, ...rest] = process.argv
const log = createLog({ level: 'debug', write: (line) => process.stderr.write(line) })
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

async function runRelay(folder: string, port: string, [vkey = '', extra]: string[]): Promise<void> {
  const identity = await loadOrCreateIdentity(folder)
  const agents = new Agents()
  agents.onChange((clientId) => say({ event: 'agent', ...agents.state(clientId) }))
  const knownKey = keyId(vkey).toString('hex')
  const bridge = new Bridge({
    host: '127.0.0.1',
    port: Number(port),
    identity,
    agents,
    survival: () => extra !== 'without-survival',
    log,
    clients: { find: (key) => (key === knownKey ? { id: 1, vkey, enabled: true } : undefined) },
  })
  const tunnels = new OpenTunnels({ agents, host: '127.0.0.1', log })
  const { port: bridgePort } = await bridge.listen()
  say({ event: 'listening', port: bridgePort, fingerprint: identity.fingerprint })

  const commands: Record<string, (argument: never) => unknown> = {
    stop: async () => {
      agents.closeAll()
      await bridge.close()
    },
    open: async ({ id, port, target }: { id: number; port: number; target: string }) => {
      await tunnels.open({ id, clientId: 1, mode: 'tcp', port, target })
      return tunnels.port(id)
    },
    close: ({ id }: { id: number }) => tunnels.close(id),
    status: ({ id }: { id: number }) => tunnels.status(id),
    counters: ({ id }: { id: number }) => tunnels.counters(id),
    connections: ({ id }: { id: number }) => tunnels.connections(id),
    probe: ({ id }: { id: number }) => tunnels.probe(id, { signal: AbortSignal.timeout(20_000) }),
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

function runAgent(server: string, vkey: string, fingerprint: string | undefined): void {
  const agent = new Agent({ server, vkey: new Secret(vkey), fingerprint, log })
  agent.onChange((state) => say({ event: 'state', ...state }))
  agent.start()
  process.once('SIGTERM', () => void agent.close())
}

const [first = '', second = '', ...others] = rest
if (role === 'relay') await runRelay(first, second, others)
else runAgent(first, second, others[0])
