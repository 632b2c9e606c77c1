import type { Clock } from '@nps-desktop/relay-core/async'
import type { ProgramName, ProgramFolders } from '../provisioning/install/program-files.ts'
import type { RemoteMachine } from '../provisioning/install/remote-machine.ts'
import type { UploadFindings } from '../provisioning/install/upload-steps.ts'
import type { Workplace } from '../provisioning/jobs/workplace.ts'

/** What the steps of an update share. */
export interface UpdateContext {
  readonly program: ProgramName
  readonly programFolders: ProgramFolders
  readonly workplace: Workplace
  readonly machine: (signal: AbortSignal) => Promise<RemoteMachine>
  readonly clock: Clock
  readonly found: UploadFindings
  /** Remembers which program is online now; what it answers fulfils once another one of that version is. */
  readonly watchReturn: (
    signal: AbortSignal,
  ) => Promise<(version: string, options: { signal: AbortSignal }) => Promise<void>>
}
