import type { JumpHost, SshAddress } from '@nps-desktop/electron/contract'
import type { JumpRecord, Storage } from '../storage/records.ts'

/** The name of a way: `host:port` of the jump host, empty for a direct one. Host keys are pinned by it. */
export function wayThrough(jump: Pick<SshAddress, 'host' | 'port'> | undefined): string {
  return jump === undefined ? '' : `${jump.host}:${jump.port}`
}

/** The jump host's address; undefined: none, or the app does not know it any more. */
export function jumpAddress(
  { servers, labs }: Pick<Storage, 'servers' | 'labs'>,
  jump: JumpHost | JumpRecord,
): SshAddress | undefined {
  switch (jump.kind) {
    case 'none':
      return undefined
    case 'server':
      return servers.get(jump.serverId)?.address ?? undefined
    case 'other':
      return jump.address
    case 'kept': {
      const lab = labs.get(jump.labId)
      return lab && jumpAddress({ servers, labs }, lab.jump)
    }
  }
}
