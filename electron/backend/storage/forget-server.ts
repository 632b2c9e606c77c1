import { parseTunnelId } from '../ids.ts'
import type { Storage } from './records.ts'

/** Takes a server out of the app's data, with its lab boxes, secrets and tunnels' notes; its machine is not touched. */
export function forgetServer(storage: Storage, serverId: string): void {
  for (const lab of storage.labs.list()) if (lab.serverId === serverId) forgetLab(storage, lab.id)
  for (const note of storage.tunnelNotes.list()) {
    if (parseTunnelId(note.id)?.serverId === serverId) storage.tunnelNotes.delete(note.id)
  }
  for (const passing of storage.passingClients.list()) {
    if (passing.serverId === serverId) storage.passingClients.delete(passing.id)
  }
  for (const { id } of storage.seenKinds.list()) {
    if (parseTunnelId(id)?.serverId === serverId) storage.seenKinds.delete(id)
  }
  storage.lastTunnels.delete(serverId)
  storage.lastStatus.delete(serverId)
  storage.secrets.deleteUnder(`server/${serverId}/`)
  storage.servers.delete(serverId)
}

/** Takes a lab box out of the app's data; its client stays on the relay. */
export function forgetLab(storage: Storage, labId: string): void {
  storage.secrets.deleteUnder(`lab/${labId}/`)
  storage.lastReadings.delete(labId)
  for (const alert of storage.alerts.list()) if (alert.labId === labId) storage.alerts.delete(alert.id)
  storage.labs.delete(labId)
}
