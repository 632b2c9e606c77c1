import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { LoopbackForwards } from '../forwards/loopback-forwards.ts'
import { FoundServices } from '../found-services/found-services.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import { followGuests } from '../guest-passes/follow-guests.ts'
import { GuestPassCalls } from '../guest-passes/guest-pass-calls.ts'
import { PathTestCalls } from '../path-test/path-test-calls.ts'
import { followPasswords } from '../known-tunnels/tunnel-change.ts'
import { createLabServices } from '../labs/lab-services.ts'
import type { Storage } from '../storage/records.ts'
import { ServiceStarts } from '../started-services/service-starts.ts'
import { PendingRemovals } from '../tunnels/pending-removals.ts'
import { TunnelValueCalls } from '../tunnel-values/tunnel-values.ts'
import { FreePorts } from '../tunnels/free-ports.ts'
import { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import type { Links } from './open-links.ts'
import type { View } from './open-view.ts'

/** What a person does with tunnels. */
export interface TunnelPart extends AsyncDisposable {
  readonly tunnels: TunnelCalls
  readonly found: FoundServices
  readonly guestPasses: GuestPassCalls
  readonly pathTest: PathTestCalls
  readonly starts: ServiceStarts
  readonly tunnelValues: TunnelValueCalls
}

/** Deletions that were due are finished from now on. */
export function openTunnels({
  storage,
  labSessions,
  links: { relays },
  view: { forwards: localForwards, checks, overview, activity },
  clock,
  log,
}: {
  storage: Storage
  labSessions: LabSessions
  links: Links
  view: View
  clock: Clock
  log: Log
}): TunnelPart {
  const parts = new AsyncDisposableStack()
  parts.use(followPasswords(storage, relays, log))
  parts.use(followGuests({ storage, relays, activity, clock }))
  const pathTest = new PathTestCalls({ storage, relays, forwards: localForwards, clock, log })
  const guestPasses = new GuestPassCalls({ storage, relays, activity, clock })
  const forwards = parts.adopt(new LoopbackForwards({ log }), (part) => part.close())
  const removal = parts.adopt(new PendingRemovals({ storage, relays, clock, log }), (part) => part.close())
  removal.start()
  const services = createLabServices({ storage, labSessions, log })
  const ports = new FreePorts({ storage, relays })
  const tunnels = new TunnelCalls({
    storage,
    relays,
    checks,
    overview,
    removal,
    services,
    activity,
    forwards,
    clock,
    ports,
  })
  const tunnelValues = new TunnelValueCalls({ storage, relays, tunnels, ports, services, log })
  const found = parts.adopt(
    new FoundServices({ storage, labSessions, relays, services, tunnels, clock, log }),
    (part) => part.close(),
  )
  const onChange = (labId: string): void => void found.lookNow({ labId })
  const starts = parts.adopt(
    new ServiceStarts({ storage, labSessions, services, tunnels, onChange, clock, log }),
    (part) => part.close(),
  )
  return {
    tunnels,
    tunnelValues,
    found,
    guestPasses,
    pathTest,
    starts,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
