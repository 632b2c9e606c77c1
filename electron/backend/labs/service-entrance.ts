import type { TunnelKind } from '@nps-desktop/electron/contract'
import type { Entrance } from '../storage/entrance.ts'
import type { LabServices } from './lab-services.ts'

/** How the pages of what listens on `port` are opened, where it leaves a file that says so; null where it does not. */
export async function entranceOf(
  services: Pick<LabServices, 'find'>,
  labId: string,
  { kind, port }: { kind: TunnelKind; port: number },
  { signal }: { signal: AbortSignal },
): Promise<Entrance | null> {
  if (kind !== 'jupyter' && kind !== 'tensorboard') return null
  const found = await services.find(labId, { kind, port }, { signal })
  return found && { secure: found.secure, path: found.path }
}
