import { parseTunnelId, tunnelIdOf } from '../../ids.ts'
import { adminKeySecret } from '../../relays/relays.ts'
import { forgetServer } from '../../storage/forget-server.ts'
import type { Storage } from '../../storage/records.ts'

/**
 * A relay that was connected by its key and is then set up by ssh proves the same identity: it is one server. What the
 * app knows of its lab boxes goes over to `serverId`; the other entry goes.
 */
export function mergeSameRelay(storage: Storage, serverId: string, fingerprint: string): void {
  // removed meanwhile, it takes nothing over
  if (!storage.servers.get(serverId)) return
  for (const other of storage.servers.list()) {
    if (other.id === serverId || other.local || other.relay?.fingerprint !== fingerprint) continue
    for (const lab of storage.labs.list())
      if (lab.serverId === other.id) storage.labs.put({ ...lab, serverId })
    for (const note of storage.tunnelNotes.list()) {
      const tunnel = parseTunnelId(note.id)
      if (tunnel?.serverId !== other.id) continue
      storage.tunnelNotes.put({ ...note, id: tunnelIdOf(serverId, tunnel.relayTunnelId) })
    }
    for (const passing of storage.passingClients.list())
      if (passing.serverId === other.id) storage.passingClients.put({ ...passing, serverId })
    storage.secrets.delete(adminKeySecret(other.id))
    forgetServer(storage, other.id)
  }
}
