import type { Clock } from '@nps-desktop/relay-core/async'
import { connectRelay, NetworkWatch } from '@nps-desktop/relay-core/api-client'
import type { Log } from '@nps-desktop/relay-core/log'
import { followClients } from '../relays/adopt-clients.ts'
import { diagnose } from '../relays/diagnose.ts'
import { followStatus } from '../relays/follow-status.ts'
import { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'

/** The links to the relays of all servers, and what makes them try again at once. */
export interface Links extends AsyncDisposable {
  readonly relays: Relays
  readonly network: NetworkWatch
}

/** Every server that is set up is dialled from now on; what its relay tells is kept. */
export function openLinks({ storage, clock, log }: { storage: Storage; clock: Clock; log: Log }): Links {
  const parts = new AsyncDisposableStack()
  const network = parts.adopt(new NetworkWatch({ clock }), (watch) => watch.close())
  const relays = parts.adopt(
    new Relays({ storage, connect: connectRelay, clock, random: Math.random, log, diagnose }),
    (links) => links.close(),
  )
  parts.use(followClients(storage, relays, log))
  parts.use(followStatus(storage, relays, log))
  parts.use(network.onChange(() => relays.retryNow()))
  relays.start()
  network.start()
  return { relays, network, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
