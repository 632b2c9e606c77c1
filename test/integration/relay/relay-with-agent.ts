import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import type { DirectChoice } from '../../../relay-core/src/api/direct/direct-choice.ts'
import type { RelayConfig } from '../../../relay-core/src/config/relay/relay-config.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { connectRelay, type RelayClient, Secret } from '../../../relay-core/src/api-client/index.ts'
import { Relay } from '../../../relay-core/src/relay/relay.ts'
import type { DialPolicy } from '../../../relay-core/src/session/dial-policy.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'

export interface RelayWithAgent {
  readonly api: RelayClient
  readonly clientId: number
  /** The bridge, `host:port`. */
  readonly server: string
  readonly fingerprint: string
  /** As a change of nps.conf does. */
  configure(changes: Partial<RelayConfig>): Promise<unknown>
  /** The relay's clock goes ahead; what waits for a time notices when something changes. */
  passTime(ms: number): void
  /** The lab box goes away. */
  endAgent(): Promise<void>
  /** Of each kind of trouble, in order. */
  readonly log: readonly string[]
  /** While the agent and its visitors are still there. */
  stopRelay(): Promise<void>
  close(): Promise<void>
}

/** A relay and one agent in this process, online and speaking natively. */
export async function startRelayWithAgent({
  hasDirectLinks = true,
  direct = 'yes',
  discover = true,
  dialPolicy,
}: {
  hasDirectLinks?: boolean
  /** Of the agent. */
  direct?: DirectChoice
  discover?: boolean
  /** What the agent dials; by default everything. */
  dialPolicy?: DialPolicy
} = {}): Promise<RelayWithAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'nps-limits-'))
  const log: string[] = []
  let aheadMs = 0
  const config = { ...loopbackRelay, hasDirectLinks }
  const relay = new Relay({
    config,
    folder: join(folder, 'state'),
    tunnelHost: '127.0.0.1',
    writeLog: (line) => log.push(line),
    now: () => Date.now() + aheadMs,
  })
  const { bridgePort, adminKey, fingerprint } = await relay.start()
  const signal = AbortSignal.timeout(60_000)
  const connection = await connectRelay({ host: '127.0.0.1', port: bridgePort, adminKey, signal })
  const api = connection.client
  const { id, vkey } = await api.clients.add({ name: 'lab' })
  const server = `127.0.0.1:${bridgePort}`
  const agent = new Agent({
    server,
    vkey: new Secret(vkey),
    fingerprint,
    direct,
    discover,
    dialPolicy,
    log: silentLog,
  })
  agent.start()
  for await (const [client] of await api.clients.watch({})) if (client?.agent.state === 'online') break
  return {
    api,
    clientId: id,
    server,
    fingerprint,
    log,
    configure: (changes) => relay.applyConfig({ ...config, ...changes }),
    passTime: (ms) => (aheadMs += ms),
    endAgent: () => agent.close(),
    stopRelay: () => relay.close(),
    close: async () => {
      await agent.close()
      connection.close()
      await relay.close()
      rmSync(folder, { recursive: true })
    },
  }
}
