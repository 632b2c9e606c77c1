import type { Log } from '../log.ts'
import type { ClientRegistry } from './client-registry.ts'
import type { StockSide } from './stock-side.ts'
import type { HostDoor } from './hosts/host-door.ts'
import type { Store } from './store/store.ts'
import type { TrafficMeter } from './traffic-meter.ts'
import type { TunnelRegistry } from './tunnel-registry.ts'

const everyMs = 60_000

export interface BookKeepingParts {
  traffic: TrafficMeter
  clients: ClientRegistry
  tunnels: TunnelRegistry
  hosts: HostDoor
  stock: StockSide
  store: Store
  log: Log
  now: () => number
}

/**
 * Once a minute: traffic and last-seen times to the disk, a try for ports that failed, old points away. What flowed
 * since is all that a crash can lose. Answers how to stop.
 */
export function keepBooks({
  traffic,
  clients,
  tunnels,
  hosts,
  stock,
  store,
  log,
  now,
}: BookKeepingParts): () => void {
  const retryPorts = async () => {
    await hosts.follow()
    await tunnels.retryFailed()
  }
  const timer = setInterval(() => {
    traffic.flush()
    clients.noteOnline()
    store.traffic.prune(now())
    store.invites.removeExpired(now())
    stock.removeLeftClients().catch((error: unknown) => log.error('a client could not be removed', { error }))
    retryPorts().catch((error: unknown) => log.error('ports could not be tried again', { error }))
  }, everyMs)
  return () => clearInterval(timer)
}
