import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { ActivityFeed } from '../activity/activity-feed.ts'
import { TunnelChecks } from '../checks/tunnel-checks.ts'
import { HostLook } from '../firewall/host-look.ts'
import { LocalForwards } from '../forwards/local-forwards.ts'
import { OverviewFeed } from '../overview/overview-feed.ts'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { TrafficCalls } from '../traffic/traffic-calls.ts'
import type { Links } from './open-links.ts'

/** What the screen is shown, kept true while nobody asks. */
export interface View extends AsyncDisposable {
  readonly forwards: LocalForwards
  readonly checks: TunnelChecks
  readonly overview: OverviewFeed
  readonly activity: ActivityFeed
  readonly traffic: TrafficCalls
}

/** Tunnels are checked from now on, and this laptop's ports of private tunnels listen. */
export function openView({
  storage,
  machines,
  links: { relays, network },
  clock,
  log,
}: {
  storage: Storage
  machines: Machines
  links: Links
  clock: Clock
  log: Log
}): View {
  const parts = new AsyncDisposableStack()
  const forwards = parts.adopt(new LocalForwards({ storage, relays, log }), (part) => part.close())
  const hostLook = new HostLook({ machines, clock, log })
  const checks = parts.adopt(
    new TunnelChecks({ storage, relays, network, forwards, hostLook, clock, log }),
    (part) => part.close(),
  )
  const overview = parts.adopt(
    new OverviewFeed({ storage, relays, network, forwards, clock, checks }),
    (part) => part.close(),
  )
  const activity = parts.adopt(new ActivityFeed({ storage, overview: overview.feed }), (part) => part.close())
  const traffic = parts.adopt(new TrafficCalls({ storage, relays, clock }), (part) => part.close())
  // before the first overview, which it takes as what was there already
  activity.start()
  overview.start()
  traffic.start()
  forwards.start()
  checks.start()
  return { forwards, checks, overview, activity, traffic, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
