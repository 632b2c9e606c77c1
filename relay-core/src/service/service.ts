import type { InstallKind } from '../api/words/install-kinds.ts'
import type { Sandbox } from './sandbox.ts'

/** The kinds of a system, the best first. */
export function kindsOf(platform: NodeJS.Platform = process.platform): readonly InstallKind[] {
  if (platform === 'win32') return ['windows-service', 'logon']
  if (platform === 'darwin') return ['launchd', 'launchd-agent', 'background']
  return ['systemd', 'systemd-user', 'cron', 'background']
}

/** What is to be kept running. */
export interface ServiceSpec {
  readonly name: 'nps' | 'npc'
  readonly description: string
  /** The installed program file. */
  readonly program: string
  readonly args: readonly string[]
  /** Settings and state; service.json and the supervisor's files lie in its `state`. */
  readonly folder: string
  /** What it may do where the service manager can hold it to that; absent: what its user may. */
  readonly sandbox?: Sandbox
}

/** What the service manager itself says. */
export type ServiceStatus =
  | { readonly state: 'running'; readonly pid: number }
  /** Its process is not there yet; Windows and launchd tell. */
  | { readonly state: 'starting' }
  /** It ended and will be started again; `detail` tells why as far as known. */
  | { readonly state: 'restarting'; readonly detail: string }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'stopped' }

/** One way of keeping a program running. Methods throw an Error with one readable line. */
export interface Service {
  readonly kind: InstallKind
  /** What a person may expect of it, as the end of "npc is installed as …". */
  readonly promise: string
  /** Null when it is possible here, else why not. */
  obstacle(): Promise<string | null>
  /** Idempotent; does not start it. */
  install(spec: ServiceSpec): Promise<void>
  /** Stops it and takes back what `install` did. Idempotent. */
  uninstall(spec: ServiceSpec): Promise<void>
  start(spec: ServiceSpec): Promise<void>
  stop(spec: ServiceSpec): Promise<void>
  status(spec: ServiceSpec): Promise<ServiceStatus>
}
