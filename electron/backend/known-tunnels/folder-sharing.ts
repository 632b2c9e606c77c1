import { sharedFolder, type Fix } from '@nps-desktop/electron/contract'
import { takesSetting } from '@nps-desktop/relay-core/api'
import { isByOwnTunnel, type ListedTunnel } from './list-tunnels.ts'

/**
 * What lets the lab box show the folder of the tunnel; null for other tunnels, and where the app cannot set the box up: npc
 * is told its folders when it starts, and no line to paste names any.
 */
export function sharingOf(
  { relayTunnel, lab }: Pick<ListedTunnel, 'relayTunnel' | 'lab'>,
  all: readonly ListedTunnel[],
): Fix | null {
  const folder = sharedFolder.safeParse(relayTunnel.settings.folder)
  const bySsh = lab.address !== null && lab.installed !== null && !isByOwnTunnel(lab, all)
  if (!takesSetting(relayTunnel.mode, 'folder') || !folder.success || !bySsh) return null
  return { action: 'share-folder', labId: lab.id, folder: folder.data }
}
