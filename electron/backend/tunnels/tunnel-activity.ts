import type { Clock } from '@nps-desktop/relay-core/async'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import type { LabRecord, ServerRecord } from '../storage/records.ts'

/** What a person does with tunnels, as the activity shows it. */
export class TunnelActivity {
  readonly #activity: ActivityFeed
  readonly #clock: Clock

  constructor(activity: ActivityFeed, { clock }: { clock: Clock }) {
    this.#activity = activity
    this.#clock = clock
  }

  tell(
    code: 'tunnel-added' | 'tunnel-removed',
    { id, name, lab, server }: { id: string; name: string; lab: LabRecord; server: ServerRecord },
  ): void {
    const params = { tunnel: name, lab: lab.name, server: server.name }
    const about = { serverId: server.id, labId: lab.id, tunnelId: id }
    this.#activity.add({ atMs: this.#clock.now(), tone: 'info', code, params, ...about })
  }

  /** As if the tunnel had never been added. */
  forget(tunnelId: string): void {
    this.#activity.removeTunnel(tunnelId)
  }
}
