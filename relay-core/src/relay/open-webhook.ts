import { hostname } from 'node:os'
import type { Clock } from '../async/time/clock.ts'
import type { Log } from '../log/log.ts'
import type { RelayClients } from './open-clients.ts'
import type { OnlineAgents } from './open-agents.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import { Watches } from './watches/watches.ts'
import { Webhook } from './webhook/webhook.ts'

/** Who is told what happens. */
export interface OpenWebhook extends AsyncDisposable {
  readonly webhook: Webhook
  readonly watches: Watches
}

export function openWebhook({
  state: { store },
  online: { agents },
  clients: { clients },
  tunnels: { tunnels },
  guests: { passes },
  log,
  clock,
}: {
  state: State
  online: OnlineAgents
  clients: RelayClients
  tunnels: RelayTunnels
  guests: OpenGuestPasses
  log: Log
  clock: Clock
}): OpenWebhook {
  const parts = new AsyncDisposableStack()
  const webhook = parts.adopt(
    new Webhook({
      store: store.webhook,
      server: hostname(),
      look: () => ({ clients: clients.list(), tunnels: tunnels.list(), passes: passes.list() }),
      log,
      clock,
    }),
    (part) => part.close(),
  )
  const watches = parts.adopt(
    new Watches({
      store: store.watches,
      labOf: (id) => clients.record(id),
      sessionOf: (id) => agents.get(id),
      tell: (event) => webhook.tell(event),
      log,
      clock,
    }),
    (part) => part.close(),
  )
  return { webhook, watches, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
