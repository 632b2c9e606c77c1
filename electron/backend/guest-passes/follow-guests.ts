import type { Clock } from '@nps-desktop/relay-core/async'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import { tunnelIdOf } from '../ids.ts'
import { listTunnels } from '../known-tunnels/list-tunnels.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'

/** Writes a line when a guest comes for the first time, or from another address than before. */
export function followGuests({
  storage,
  relays,
  activity,
  clock,
}: {
  storage: Storage
  relays: Relays
  activity: ActivityFeed
  clock: Clock
}): Disposable {
  const heard = new Map<string, readonly GuestPass[]>()
  return relays.onChange((serverId) => {
    const { passes } = relays.view(serverId).mirror
    const before = heard.get(serverId)
    if (!passes || passes === before) return
    heard.set(serverId, passes)
    // What happened while the app did not look is in the list; it is not news.
    if (!before) return
    for (const { tunnelId, name, address } of newGuests(before, passes)) {
      const tunnel = listTunnels(storage, relays).find(({ id }) => id === tunnelIdOf(serverId, tunnelId))
      if (!tunnel) continue
      const { lab, server, relayTunnel } = tunnel
      const params = { tunnel: relayTunnel.name, lab: lab.name, server: server.name, guest: name, address }
      const about = { serverId, labId: lab.id, tunnelId: tunnel.id }
      activity.add({ atMs: clock.now(), tone: 'info', code: 'guest-came', params, ...about })
    }
  })
}

/** Pure: whose last address differs from the one before. */
export function newGuests(
  before: readonly GuestPass[],
  now: readonly GuestPass[],
): { tunnelId: number; name: string; address: string }[] {
  const known = new Map(before.map((pass) => [pass.id, pass.lastAddress]))
  return now.flatMap(({ id, tunnelId, name, lastAddress }) =>
    lastAddress === null || known.get(id) === lastAddress ? [] : [{ tunnelId, name, address: lastAddress }],
  )
}
