import type { InstallKind } from '@nps-desktop/relay-core/api'
import type { RelayStatus, RelayTunnel } from '@nps-desktop/relay-core/api'
import type {
  ActivityEvent,
  DirectChoice,
  Failure,
  LabAlert,
  LabReading,
  MachineRef,
  PortRange,
  PortReport,
  ServerPlan,
  Settings,
  SshAddress,
  Startable,
  ServiceKind,
  TunnelKind,
} from '@nps-desktop/electron/contract'
import type { Entrance } from './entrance.ts'
import type { SetAsideStore } from './set-aside.ts'

/** A relay as the app reaches it. Its admin key is the secret `server/<id>/admin-key`. */
export interface RelayRecord {
  readonly host: string
  readonly bridgePort: number
  readonly fingerprint: string
  readonly version: string | null
  readonly range: PortRange
}

/** What setting up wrote on a machine, so that it can be repaired and taken back. */
export interface InstalledRecord {
  /** `root` (directly or by sudo) or `user`. */
  readonly as: 'root' | 'user'
  readonly service: InstallKind
  readonly programPath: string
  readonly folder: string
  readonly firewallRules: readonly string[]
}

export interface ServerRecord {
  readonly id: string
  readonly name: string
  /** Null for a relay connected by key. The sign-in is the secret `server/<id>/ssh` (JSON of SshSecret). */
  readonly address: SshAddress | null
  readonly relay: RelayRecord | null
  readonly installed: InstalledRecord | null
  readonly ports: PortReport | null
  readonly plan?: ServerPlan | undefined
  /** The trial on this computer: what a crash left of one is forgotten at the next start. */
  readonly local: boolean
}

/** How a lab box is reached: directly, through a server's ssh, or through another host (secret `lab/<id>/jump`). */
export type JumpRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'server'; readonly serverId: string }
  | { readonly kind: 'other'; readonly address: SshAddress }

export interface LabRecord {
  readonly id: string
  readonly serverId: string
  readonly name: string
  /** Null for one that came by the pasted line. The sign-in is the secret `lab/<id>/ssh`. */
  readonly address: SshAddress | null
  readonly jump: JumpRecord
  /** Its client on the relay, once made. */
  readonly clientId: number | null
  readonly installed: InstalledRecord | null
  /**
   * The key that its agent proves to visitors of private tunnels, as this laptop's: read on the lab box over ssh, else what
   * was proved first, else what a person has accepted. Null: not known yet. Its server can change none of it.
   */
  readonly agentKey: string | null
  /** What its owner lets its npc dial, as `-allow_target` of npc reads it; null: whatever the server asks for. */
  readonly allowTarget: string | null
  /** The same as the app last wrote it there, with `installed`. */
  readonly allowTargetThere: string | null
  /** The folders that its owner lets its npc show; absent where none were added here. */
  readonly shares?: readonly string[] | undefined
  /** A line with another list has been shown since: whether it was pasted there, and which came last, cannot be known. */
  readonly otherListByLine?: boolean | undefined
  /** False: the person does not want the app to look what runs there. */
  readonly looksForServices?: boolean | undefined
  /** What the person has last started there, offered first the next time. */
  readonly lastStarts?:
    | Readonly<Partial<Record<Startable, { readonly environment: string; readonly folder: string }>>>
    | undefined
}

/** Whose key it is: a port of a host, as it is reached by one way. */
export interface HostKeyPlace {
  readonly host: string
  readonly port: number
  /** `host:port` of the jump host; empty for a direct way. */
  readonly way: string
}

export interface HostKeyRecord extends HostKeyPlace {
  readonly algorithm: string
  readonly fingerprint: string
  /** The whole key in base64; null for one that was confirmed before it was kept, until the machine shows it again. */
  readonly key: string | null
  readonly pinnedAtMs: number
}

/** Rows of one kind, by id. Writes are durable when the call returns; `put` throws for a row that does not fit its schema. */
export interface Rows<T extends { readonly id: string }> {
  list(): readonly T[]
  get(id: string): T | undefined
  put(row: T): void
  delete(id: string): void
}

/** Secrets at rest: encrypted by the Shell, one row each, by a path-like name. */
export interface SecretStore {
  names(): string[]
  has(name: string): boolean
  get(name: string): Promise<string | null>
  set(name: string, value: string): Promise<void>
  delete(name: string): void
  deleteUnder(prefix: string): void
}

export interface HostKeyStore {
  list(): readonly HostKeyRecord[]
  get(place: HostKeyPlace): HostKeyRecord | undefined
  pin(record: HostKeyRecord): void
  /** Keeps the whole key of a pinned fingerprint, which the machine has just shown: now, or once the disk takes it. */
  learn(pinned: HostKeyRecord, key: string): void
  forget(place: HostKeyPlace): void
}

/** What the app knows of a tunnel beyond its relay. `id` is the app's tunnel id. */
export interface TunnelNote {
  readonly id: string
  readonly kind: TunnelKind
  /** Of a tunnel that only this laptop may use: where on the laptop it is. Kept when everybody may, for the next time. */
  readonly localPort: number | null
  /**
   * Marks the password (see private-password.ts) of a tunnel that the person wants for this laptop alone, so that the server
   * can neither change it nor open the tunnel to everybody unseen. Empty: not seen yet; null: everybody may use the tunnel.
   */
  readonly passwordMark: string | null
  /** How its web service is opened, as the lab box has told; null: not known, so the usual way. */
  readonly entrance: Entrance | null
  /**
   * Where the person has last let it lead, by this app, and from which lab box: the server can change neither, though it can
   * change the tunnel. Null: the app has not written its target.
   */
  readonly wished: { readonly labId: string; readonly target: string } | null
  /** Whether it may go past its server; left out: `yes`. */
  readonly direct?: DirectChoice | undefined
  /** Stopped by "delete" and to be removed at `dueAtMs`; kept over restarts, so that a deletion is finished. */
  readonly removal: { readonly dueAtMs: number; readonly startOnUndo: boolean } | null
}

/** What the service at the end of a tunnel that was made elsewhere has shown itself to be. */
export interface SeenKind {
  /** The tunnel's. */
  readonly id: string
  /** Where it led then: said of no other target. */
  readonly target: string
  readonly kind: ServiceKind
}

export interface SettingsStore {
  get(): Settings
  /** Answers with all settings after the change. */
  save(change: { readonly [Name in keyof Settings]?: Settings[Name] | undefined }): Settings
}

/** A tab of the terminal whose shell is kept on its machine. */
export interface TerminalRecord {
  readonly id: string
  readonly machine: MachineRef
}

/** A client that was made on a server for some minutes, or is about to be, and is to be removed there. */
export interface PassingClientRecord {
  /** Part of its name there. */
  readonly id: string
  readonly serverId: string
}

/** A transfer of files that has not ended well, as it was when this was written. */
export interface TransferRecord {
  readonly id: string
  readonly labId: string
  readonly direction: 'up' | 'down'
  readonly name: string
  readonly folder: string
  readonly source: string
  readonly target: string
  readonly replace: boolean
  /** `waiting`: also one that was on its way. */
  readonly state: 'waiting' | 'paused' | 'failed'
  readonly failure: Failure | null
  readonly endedAtMs: number | null
  readonly progress: CopyProgress
  /** What it leaves behind, at the place where it goes to, when it is given up. */
  readonly parts: readonly string[]
}

export interface CopyProgress {
  readonly doneBytes: number
  /** Null until it is known. */
  readonly totalBytes: number | null
  readonly doneFiles: number
  readonly totalFiles: number | null
}

/** Transfers in the order of their queue. */
export interface TransferStore {
  list(): readonly TransferRecord[]
  /** `put`: with its place in the queue. All of it or nothing, when the call returns. */
  save(change: {
    readonly put: readonly { readonly row: TransferRecord; readonly position: number }[]
    readonly gone: readonly string[]
  }): void
}

/** The newest 5,000 changes of state. */
export interface ActivityStore {
  add(event: Omit<ActivityEvent, 'id'>): void
  newest(limit: number): ActivityEvent[]
  /** What stands in the line with this number. */
  setParams(id: number, params: ActivityEvent['params']): void
  removeServer(serverId: string): void
  removeTunnel(tunnelId: string): void
}

/** What a machine told last, by its id in the app, for the screen while it cannot be asked. */
export interface LastHeardStore<T> {
  get(id: string): T | null
  put(id: string, value: T): void
  delete(id: string): void
}

export interface LastStatus {
  readonly status: RelayStatus
  readonly atMs: number
}

/** The app's data: one SQLite file. Tunnels live on their relay; here only their notes. */
export interface Storage {
  readonly servers: Rows<ServerRecord>
  readonly labs: Rows<LabRecord>
  readonly tunnelNotes: Rows<TunnelNote>
  readonly seenKinds: Rows<SeenKind>
  readonly hostKeys: HostKeyStore
  readonly secrets: SecretStore
  readonly settings: SettingsStore
  readonly activity: ActivityStore
  readonly terminals: Rows<TerminalRecord>
  readonly transfers: TransferStore
  readonly passingClients: Rows<PassingClientRecord>
  /** Without their settings, which hold passwords. */
  readonly lastTunnels: LastHeardStore<readonly RelayTunnel[]>
  readonly lastStatus: LastHeardStore<LastStatus>
  /** Of lab boxes; their processes only as far as they hold a GPU or are the busiest. */
  readonly lastReadings: LastHeardStore<LabReading>
  /** What a person has asked to be told of lab boxes, until it has been told. */
  readonly alerts: Rows<LabAlert>
  readonly setAside: SetAsideStore
  /** Calls back after each change of servers, labs, tunnel notes, host keys, or of what is set aside. */
  onChange(listener: () => void): Disposable
  /** What `work` writes to servers, labs and tunnel notes is there as a whole or, where it throws, not at all; it is told afterwards. */
  together(work: () => void): void
  /**
   * For writes that no person waits for: now, or once the disk takes them again; the newest under a name counts. Never
   * throws for what the disk refuses.
   */
  whenPossible(name: string, write: () => void): void
  close(): void
}
