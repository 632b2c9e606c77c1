import type { Log } from '../log/log.ts'
import { ClientRegistry } from './clients/client-registry.ts'
import { Invites } from './clients/invites.ts'
import { Programs } from './clients/programs.ts'
import type { OnlineAgents } from './open-agents.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import type { OwnPorts } from './own-ports.ts'

/** The accounts of lab boxes, and how new lab boxes come to theirs. */
export interface RelayClients extends AsyncDisposable {
  readonly clients: ClientRegistry
  readonly invites: Invites
  readonly programs: Programs
}

export function openClients({
  state: { store, identity },
  online: { agents },
  tunnels: { tunnels, opened },
  programsFolder,
  ownPorts,
  log,
  now,
}: {
  state: State
  online: OnlineAgents
  tunnels: RelayTunnels
  programsFolder: string
  ownPorts: OwnPorts
  log: Log
  now: () => number
}): RelayClients {
  const parts = new AsyncDisposableStack()
  const clients = parts.adopt(
    new ClientRegistry({
      clients: store.clients,
      tunnels: store.tunnels,
      agents,
      use: {
        connections: (id) => opened.clientAllowances.connections(id),
        unsaved: (id) => tunnels.unsavedOfClient(id),
        setLimits: (id, limits) => opened.clientAllowances.setLimits(id, limits),
        remove: (id) => opened.clientAllowances.remove(id),
      },
      log,
      now,
    }),
    (part) => part.close(),
  )
  const programs = new Programs(programsFolder)
  const invites = parts.adopt(
    new Invites({
      store: store.invites,
      clients: store.clients,
      agents,
      programs,
      pins: identity,
      bridgePort: () => ownPorts.bridge,
      log,
      now,
    }),
    (part) => part.close(),
  )
  return { clients, invites, programs, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
