import type { Relays } from '../../relays/relays.ts'
import { keepsSomething } from '../../relays/adopt-clients.ts'
import type { LabRecord, Storage } from '../../storage/records.ts'

/** The lab box's client on its relay; a new one where it has none there, or none any more. All else that is kept of it stays. */
export async function clientOfLab(
  { id, serverId, name, clientId }: LabRecord,
  { storage, relays, signal }: { storage: Storage; relays: Pick<Relays, 'reach'>; signal: AbortSignal },
): Promise<number> {
  const { clients } = await relays.reach(serverId, { signal })
  if (clientId !== null && (await clients.list({}, { signal })).some((one) => one.id === clientId))
    return clientId
  const made = await clients.add({ name, settings: { mayPush: false } }, { signal })
  const { labs } = storage
  const lab = labs.get(id)
  if (lab) labs.put({ ...lab, clientId: made.id })
  // the relay may have told of it before it answered
  for (const other of labs.list()) {
    const isTwin = other.id !== id && other.serverId === serverId && other.clientId === made.id
    if (isTwin && !keepsSomething(other)) labs.delete(other.id)
  }
  return made.id
}
