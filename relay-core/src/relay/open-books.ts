import type { Log } from '../log/log.ts'
import { Books } from './book-keeping.ts'
import type { OnlineAgents } from './open-agents.ts'
import type { RelayClients } from './open-clients.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import { TrafficMeter } from './traffic/traffic-meter.ts'

/** What has flowed and who was there: counted in memory, saved from time to time. */
export interface OpenBooks extends AsyncDisposable {
  readonly books: Books
  readonly traffic: TrafficMeter
}

/** Saved whenever an agent comes or goes, and a last time at the end. */
export function openBooks({
  state: { store },
  online: { agents },
  tunnels: { tunnels },
  clients: { clients },
  guests: { passes, used },
  log,
  now,
}: {
  state: State
  online: OnlineAgents
  tunnels: RelayTunnels
  clients: RelayClients
  guests: OpenGuestPasses
  log: Log
  now: () => number
}): OpenBooks {
  const parts = new AsyncDisposableStack()
  const books = parts.adopt(new Books({ tunnels, clients, passes, store, log, now }), (part) => part.close())
  // Tunnels close after the last save, and their guests leave then.
  parts.use(used.subscribe(() => books.saveSoon()))
  parts.use(agents.onChange(() => books.saveSoon()))
  const traffic = new TrafficMeter({ tunnels, store: store.traffic, save: () => books.save(), now })
  return { books, traffic, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
