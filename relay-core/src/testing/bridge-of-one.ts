import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type LogLevel } from '../log/log.ts'
import { keyId } from '../native/proofs.ts'
import { loadOrCreateIdentity } from '../net/tls/identity.ts'
import { Bridge } from '../relay/bridge/bridge.ts'
import type { KnownClient } from '../relay/bridge/native-bridge.ts'
import { Agents } from '../relay/clients/agents.ts'

/** A bridge on loopback that knows one client. */
export interface BridgeOfOne {
  /** `host:port`, for an agent. */
  readonly server: string
  readonly agents: Agents
  /** What the bridge has logged. */
  readonly lines: readonly string[]
  /** As the bridge knows it at this moment; undefined: not at all. */
  client: KnownClient | undefined
  close(): Promise<void>
}

/** The client's number is 1. The caller closes its agents first. */
export async function openBridgeOfOne({
  vkey,
  level,
  now,
}: {
  vkey: string
  level: LogLevel
  /** When agents come and go; without it, by the system's clock. */
  now?: () => number
}): Promise<BridgeOfOne> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-bridge-'))
  const agents = new Agents(now && { now })
  const lines: string[] = []
  const known = keyId(vkey).toString('hex')
  const bridge = new Bridge({
    host: '127.0.0.1',
    port: 0,
    identity: await loadOrCreateIdentity(folder),
    agents,
    log: createLog({ level, write: (line) => lines.push(line) }),
    clients: { find: (key) => (key === known ? one.client : undefined) },
  })
  const { port } = await bridge.listen()
  const one: BridgeOfOne = {
    server: `127.0.0.1:${port}`,
    agents,
    lines,
    client: { id: 1, vkey, enabled: true },
    async close() {
      agents.closeAll()
      await bridge.close()
      await rm(folder, { recursive: true })
    },
  }
  return one
}
