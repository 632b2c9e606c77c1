import type { Log } from '@nps-desktop/relay-core/log'
import { labIdOf, newId } from '../ids.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import { isPassingClient } from '../passing-client-name.ts'
import type { Relays } from './relays.ts'

/**
 * Lab boxes follow their relay's clients, but for those that an app makes for some minutes only: one made elsewhere (by the command line, the web console) appears, and a new name
 * is taken over. One that is gone there goes here only where the app keeps nothing of it: a relay that leaves a client out and
 * shows it again must not be able to make the app forget its owner's choice or its agent's key.
 */
export function followClients(storage: Storage, relays: Relays, log: Log): Disposable {
  /** Each list counts once: an old one knows nothing of a box that was added after it came. */
  const seen = new WeakSet<object>()
  return relays.onChange((serverId) => {
    const { mirror, link } = relays.view(serverId)
    if (link.state !== 'online' || !mirror.clients || seen.has(mirror.clients)) return
    seen.add(mirror.clients)
    const { unread } = mirror
    const clients = mirror.clients.filter(({ name }) => !isPassingClient(name))
    const unreadIds = unread.clients.map(({ id }) => id)
    try {
      storage.whenPossible(`clients/${serverId}`, () => adopt(storage, serverId, clients, unreadIds))
    } catch (error) {
      log.error('the lab boxes of a server could not be taken over', { server: serverId, error })
    }
  })
}

function adopt(
  storage: Storage,
  serverId: string,
  clients: readonly { id: number; name: string }[],
  unreadIds: readonly number[],
): void {
  // It may have been forgotten while the disk took nothing.
  if (!storage.servers.get(serverId)) return
  for (const { id: clientId, name } of clients) {
    const lab = labOfClient(storage, serverId, clientId)
    if (lab?.name === name && lab.clientId === clientId) continue
    const id = lab?.id ?? freeLabId(storage, serverId, clientId)
    storage.labs.put({ ...(lab ?? { ...unknown, id, serverId }), name, clientId })
  }
  const there = new Set([...clients.map(({ id }) => id), ...unreadIds])
  for (const lab of storage.labs.list()) {
    if (lab.serverId !== serverId || lab.clientId === null || there.has(lab.clientId)) continue
    if (!keepsSomething(lab)) storage.labs.delete(lab.id)
  }
}

const unknown = {
  address: null,
  jump: { kind: 'none' },
  installed: null,
  agentKey: null,
  allowTarget: null,
  allowTargetThere: null,
} as const

type Labs = Pick<Storage, 'labs'>

/** The lab box that stands for a client of the relay, also while the relay says that there is no such client. */
function labOfClient({ labs }: Labs, serverId: string, clientId: number): LabRecord | undefined {
  const own = labs.list().filter((lab) => lab.serverId === serverId)
  const usual = labIdOf(serverId, clientId)
  return (
    own.find((lab) => lab.clientId === clientId) ??
    own.find((lab) => lab.clientId === null && lab.id === usual)
  )
}

/** An id for a new lab box under which nothing is kept yet, whatever the relay calls its client. */
export function freeLabId({ labs }: Labs, serverId: string, clientId: number): string {
  const usual = labIdOf(serverId, clientId)
  const lab = labs.get(usual)
  return lab && keepsSomething(lab) ? newId('l') : usual
}

/** Of a lab box that only its relay has told of, nothing is kept, and it goes when it is gone there. */
export function keepsSomething({ address, installed, agentKey, allowTarget, jump }: LabRecord): boolean {
  return !!(address ?? installed ?? agentKey ?? allowTarget) || jump.kind !== 'none'
}
