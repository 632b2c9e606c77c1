import { hostname } from 'node:os'
import type { RelayStatus } from '../api/relay-status-models.ts'
import type { RelayConfig } from '../config/relay/relay-config.ts'
import { relayVersion } from '../version.ts'
import type { RelayClients } from './open-clients.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import type { OwnPorts } from './own-ports.ts'

/** What `nps status` and the screens show of the relay as a whole. */
export function relayStatus({
  config,
  startedAtMs,
  state: { identity },
  ownPorts,
  tunnels: { hosts },
  clients: { clients },
  service,
}: {
  config: () => RelayConfig
  startedAtMs: number
  state: State
  ownPorts: OwnPorts
  tunnels: RelayTunnels
  clients: RelayClients
  /** What runs this process. */
  service: string | undefined
}): RelayStatus {
  const all = clients.list()
  return {
    version: relayVersion,
    startedAtMs,
    hostname: hostname(),
    platform: `${process.platform} ${process.arch}`,
    bridgePort: ownPorts.bridge,
    webPort: ownPorts.console,
    httpPort: hosts.port('http'),
    httpsPort: hosts.port('https'),
    allowPorts: String(config().allowPorts),
    fingerprint: identity.fingerprint,
    stockProtocol: config().stockProtocol,
    clientsOnline: all.filter(({ agent }) => agent.state === 'online').length,
    clientsTotal: all.length,
    residentBytes: process.memoryUsage.rss(),
    service: service ?? 'none',
  }
}
