import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { Log } from '../log/log.ts'
import { pushHostsOf } from './clients/may-push.ts'
import { HostListeners } from './hosts/host-listeners.ts'
import type { Descriptors } from './limits/descriptors.ts'
import type { OnlineAgents } from './open-agents.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import { bytesOfMonth } from './store/stored-month.ts'
import type { OwnPorts } from './own-ports.ts'
import { PrivateTunnels } from './tunnels/private/private-tunnels.ts'
import { OpenTunnels } from './tunnels/registry/open-tunnels.ts'
import { TunnelRegistry } from './tunnels/registry/tunnel-registry.ts'
import { TunnelRules } from './tunnels/registry/tunnel-rules.ts'

/** The tunnels, and what they share. */
export interface RelayTunnels extends AsyncDisposable {
  readonly tunnels: TunnelRegistry
  readonly opened: OpenTunnels
  readonly privateTunnels: PrivateTunnels
  /** The two ports for all host tunnels. */
  readonly hosts: HostListeners
}

/** No tunnel is open yet: see `openConfiguredPorts`. */
export function openTunnelRegistry({
  state: { store },
  online: { agents, registrations },
  guests: { passes },
  config,
  runPath,
  tunnelHost,
  ownPorts,
  descriptors,
  log,
  now,
}: {
  state: State
  online: OnlineAgents
  guests: OpenGuestPasses
  config: () => RelayConfig
  /** What relative paths of certificates begin at. */
  runPath: string
  /** The address tunnels listen on; undefined: every address. */
  tunnelHost: string | undefined
  ownPorts: OwnPorts
  descriptors: Descriptors
  log: Log
  now: () => number
}): RelayTunnels {
  const parts = new AsyncDisposableStack()
  const privateTunnels = new PrivateTunnels()
  const hosts = parts.adopt(
    new HostListeners({ config: () => config().hosts, folder: runPath, descriptors, log }),
    (part) => part.close(),
  )
  const opened = parts.adopt(
    new OpenTunnels({
      agents,
      privateTunnels,
      hosts,
      descriptors,
      log,
      ...(tunnelHost !== undefined && { host: tunnelHost }),
      registrations,
      now,
      guestOf: (tunnelId, address) => passes.ofAddress(tunnelId, address),
      clientUse: (id) => {
        const { name, limits, downBytes, upBytes, month } = store.clients.record(id)
        return { name, limits, usedBytes: downBytes + upBytes, monthBytes: bytesOfMonth(month, now()) }
      },
    }),
    (part) => part.closeAll(),
  )
  const rules = new TunnelRules({
    store: store.tunnels,
    host: tunnelHost,
    allowPorts: () => config().allowPorts,
    maxTunnelsOf: (id) => store.clients.record(id).limits.maxTunnels,
    pushHostsOf: (id) => pushHostsOf(store.clients.record(id).settings),
    ownPorts: () => {
      const { webPort, hosts: hostPorts } = config()
      return [ownPorts.bridge, webPort, hostPorts.httpPort, hostPorts.httpsPort]
    },
  })
  const tunnels = new TunnelRegistry({ store: store.tunnels, tunnels: opened, rules, log, now })
  parts.use(tunnels.changed.subscribe(() => passes.review()))
  return { tunnels, opened, privateTunnels, hosts, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
