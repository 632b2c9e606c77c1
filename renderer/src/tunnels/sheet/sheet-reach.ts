import { canBePrivate, isNetworkKind, knownService } from '@nps-desktop/electron/contract'
import type { TunnelKind, TunnelReach } from '@nps-desktop/electron/contract'

/** Who can reach a tunnel as the form asks it: `listed` is everybody's, with a list of the addresses that are let in. */
export type SheetReach = TunnelReach | 'listed'

/** The choices for this kind. On a server on this computer there is none: nobody else reaches it. */
export function reachesOf(kind: TunnelKind, isLocal: boolean): readonly SheetReach[] {
  if (isLocal) return []
  return canBePrivate(kind) ? ['laptop', 'anyone', 'listed'] : ['anyone', 'listed']
}

/** What is chosen at first. */
export function firstReach(kind: TunnelKind, isLocal: boolean): SheetReach {
  if (isLocal || kind === 'host') return 'anyone'
  if (kind === 'file') return 'listed'
  return canBePrivate(kind) ? (knownService(kind)?.usualReach ?? 'laptop') : 'anyone'
}

/** Without a password the whole lab network would be open to whoever finds the port. */
export function needsPassword(kind: TunnelKind, reach: SheetReach, isLocal: boolean): boolean {
  return !isLocal && reach === 'anyone' && isNetworkKind(kind)
}
