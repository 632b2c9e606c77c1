import { hostname } from 'node:os'
import type { Clock } from '../async/time/clock.ts'
import type { Log } from '../log/log.ts'
import type { RelayClients } from './open-clients.ts'
import type { OpenGuestPasses } from './open-guest-passes.ts'
import type { State } from './open-state.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import { Webhook } from './webhook/webhook.ts'

/** Who is told what happens. */
export interface OpenWebhook extends AsyncDisposable {
  readonly webhook: Webhook
}

export function openWebhook({
  state: { store },
  clients: { clients },
  tunnels: { tunnels },
  guests: { passes },
  log,
  clock,
}: {
  state: State
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
  return { webhook, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
