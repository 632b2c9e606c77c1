import { isOnLabBox } from '@nps-desktop/electron/contract'
import type { TunnelKind } from '@nps-desktop/electron/contract'
import { targetPort } from '../known-tunnels/tunnel-kind.ts'
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

/** The same for a target that a person has named: what listens on the same port of another machine is not asked for. */
export async function entranceAt(
  services: Pick<LabServices, 'find'>,
  labId: string,
  { kind, target }: { kind: TunnelKind; target: string },
  options: { signal: AbortSignal },
): Promise<Entrance | null> {
  return isOnLabBox(target)
    ? await entranceOf(services, labId, { kind, port: targetPort(target) }, options)
    : null
}
