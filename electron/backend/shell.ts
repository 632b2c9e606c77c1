import type { AppLink, OpenInProgram, SshPlace, UpdateState } from '@nps-desktop/electron/contract'

/**
 * What only the place the app runs in can do. Electron's main process and headless each bring one;
 * the backend never imports `electron`.
 */
export interface Shell {
  /** The product's version. */
  readonly version: string
  readonly desktop: boolean
  readonly tray: boolean
  /** Where everything of this user lies; it exists already, mode 0700. */
  readonly dataFolder: string
  readonly secretStorage: 'keychain' | 'key-file'
  /** Where this build looks for newer versions; empty: nowhere. */
  readonly updateAddress: string
  /** Absent where the app is not what is updated. */
  readonly updates?: {
    watch(signal: AbortSignal): AsyncGenerator<UpdateState, void, void>
    check(): Promise<void>
    download(): Promise<void>
  }
  /** Encrypts for rest; the answer may be stored anywhere. */
  encrypt(plain: string): Promise<Uint8Array>
  /** Rejects when the key is gone or the bytes were changed. */
  decrypt(sealed: Uint8Array): Promise<string>
  /** Absent where the place cannot do it; the page then does not offer it. */
  readonly openUrl?: (url: string) => Promise<void>
  readonly openFolder?: (path: string) => Promise<void>
  readonly pickKeyFile?: () => Promise<string | null>
  /** Empty: the person has closed the dialog. */
  readonly pickFiles?: (what: 'files' | 'folder') => Promise<readonly string[]>
  /** Where downloads go; it is made when it is needed. */
  readonly downloadsFolder: string
  /** Whether the system starts the app at login. `set` answers with why it could not; null when it could. */
  readonly startAtLogin?: { get(): Promise<boolean>; set(isOn: boolean): Promise<string | null> }
  /** Where ssh of this account has its settings, `~/.ssh`; it need not exist. */
  readonly sshFolder: string
  /** Other programs of this computer; absent where none can be started. `open` answers with why it could not; null when it could. */
  readonly programs?: {
    find(): Promise<readonly OpenInProgram[]>
    open(program: OpenInProgram, place: SshPlace): Promise<string | null>
  }
  /** Folder with the archives and one-file programs that are uploaded: `build/out` or the package's resources. */
  readonly programsFolder: string
  /** `nps-desktop://` links; calls back for each, and for the one that started the app. */
  onDeepLink(listener: (link: AppLink) => void): () => void
}
