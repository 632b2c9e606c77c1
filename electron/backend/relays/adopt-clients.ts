import type { Log } from '@nps-desktop/relay-core/log'
import { labIdOf } from '../ids.ts'
import type { Storage } from '../storage/records.ts'
import type { Relays } from './relays.ts'

/**
 * Lab boxes follow their relay's clients: one made elsewhere (by the command line, the web console) appears, a new
 * name is taken over, and one that is gone there goes here, unless the app can sign in to the box and set it up again.
 */
export function followClients(storage: Storage, relays: Relays, log: Log): Disposable {
  /** Each list counts once: an old one knows nothing of a box that was added after it came. */
  const seen = new WeakSet<object>()
  return relays.onChange((serverId) => {
    const { mirror, link } = relays.view(serverId)
    if (link.state !== 'online' || !mirror.clients || seen.has(mirror.clients)) return
    seen.add(mirror.clients)
    const { clients } = mirror
    try {
      storage.whenPossible(`clients/${serverId}`, () => adopt(storage, serverId, clients))
    } catch (error) {
      log.error('the lab boxes of a server could not be taken over', { server: serverId, error })
    }
  })
}

function adopt(storage: Storage, serverId: string, clients: readonly { id: number; name: string }[]): void {
  // It may have been forgotten while the disk took nothing.
  if (!storage.servers.get(serverId)) return
  const own = storage.labs.list().filter((lab) => lab.serverId === serverId)
  for (const client of clients) {
    const lab = own.find((one) => one.clientId === client.id)
    const id = lab?.id ?? labIdOf(serverId, client.id)
    if (lab?.name === client.name) continue
    const fresh = {
      id,
      serverId,
      address: null,
      jump: { kind: 'none' },
      installed: null,
      agentKey: null,
      allowTarget: null,
      allowTargetThere: null,
    } as const
    storage.labs.put({ ...fresh, ...lab, name: client.name, clientId: client.id })
  }
  const there = new Set(clients.map((client) => client.id))
  for (const lab of own) {
    if (lab.clientId === null || there.has(lab.clientId)) continue
    if (lab.address) storage.labs.put({ ...lab, clientId: null })
    else storage.labs.delete(lab.id)
  }
}
