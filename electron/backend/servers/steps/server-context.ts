import type { PortRange } from '@nps-desktop/electron/contract'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import type { Log } from '@nps-desktop/relay-core/log'
import type { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../../failures/app-error.ts'
import type { RemoteMachine } from '../../provisioning/install/remote-machine.ts'
import type { UploadFindings } from '../../provisioning/install/upload-steps.ts'
import type { Workplace } from '../../provisioning/jobs/workplace.ts'
import type { ConnectRelay } from '../../relays/relay-access.ts'
import type { ServerRecord, Storage } from '../../storage/records.ts'
import { storedServer } from '../../storage/stored-machine.ts'
import type { ProgramFolders } from '../../provisioning/install/program-files.ts'

/** What the steps of a server's jobs share. */
export interface ServerContext {
  readonly serverId: string
  readonly storage: Storage
  readonly programFolders: ProgramFolders
  readonly connect: ConnectRelay
  /** The API of its relay, by the app's own link. */
  readonly reach: (signal: AbortSignal) => Promise<RelayClient>
  readonly log: Log
  readonly workplace: Workplace
  readonly machine: (signal: AbortSignal) => Promise<RemoteMachine>
  /** What the person wants. */
  readonly wanted: {
    readonly range: PortRange
    bridgePort: number
    /** Chosen as a correction: then it also moves a relay that is installed already. */
    bridgePortIsChosen: boolean
  }
  /** What earlier steps found; a retry begins at the latest at the first step whose findings have changed. */
  readonly found: ServerFindings
  /** Of what is taken back: see `removalSteps`. */
  readonly removal: { folder: string | undefined }
}

export interface ServerFindings extends UploadFindings {
  /** An nps of another kind is installed: ours goes beside it. */
  apart?: boolean
  /** Another program listens on the console's usual port; this one is free. Null: the usual one will do. */
  consolePort?: number | null
  /** nps.conf was changed: a running nps reads its ports at start only. */
  restartNeeded?: boolean
  /** The app got in by the bridge. */
  reached?: boolean
  /** What `nps connect` told. */
  access?: { readonly port: number; readonly adminKey: Secret; readonly fingerprint: string }
}

/** Throws `not-found`. */
export function serverOf({ storage, serverId }: Pick<ServerContext, 'storage' | 'serverId'>): ServerRecord {
  return storedServer(storage, serverId)
}

/** The name by which this computer and the lab boxes reach the server. */
export function hostOf(context: Pick<ServerContext, 'storage' | 'serverId'>): string {
  const { relay, address } = serverOf(context)
  const host = address?.host ?? relay?.host
  if (host === undefined) throw new AppError('not-found', 'This server has no address.', {})
  return host
}
