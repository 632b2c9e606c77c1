import { AppError } from '../../failures/app-error.ts'
import type { RemoteMachine } from '../../provisioning/install/remote-machine.ts'
import type { UploadFindings } from '../../provisioning/install/upload-steps.ts'
import type { Workplace } from '../../provisioning/jobs/workplace.ts'
import type { Relays } from '../../relays/relays.ts'
import type { LabRecord, RelayRecord, Storage } from '../../storage/records.ts'
import { storedLab } from '../../storage/stored-machine.ts'
import type { ProgramFolders } from '../../provisioning/install/program-files.ts'

/** What the steps of a lab box's jobs share. */
export interface LabContext {
  readonly labId: string
  readonly storage: Storage
  readonly relays: Relays
  readonly programFolders: ProgramFolders
  readonly workplace: Workplace
  readonly machine: (signal: AbortSignal) => Promise<RemoteMachine>
  /** Of what is taken back: see `removalSteps`. */
  readonly removal: { folder: string | undefined }
  readonly found: UploadFindings
}

/** Throws `not-found`. */
export function labOf({ storage, labId }: Pick<LabContext, 'storage' | 'labId'>): LabRecord {
  return storedLab(storage, labId)
}

/** The relay that the lab box belongs to. Throws `not-found` while its server is not set up. */
export function relayOf(context: Pick<LabContext, 'storage' | 'labId'>): RelayRecord {
  const { serverId, name } = labOf(context)
  const server = context.storage.servers.get(serverId)
  if (server?.relay) return server.relay
  throw new AppError('not-found', `The server of ${name} is not set up yet.`, {})
}
