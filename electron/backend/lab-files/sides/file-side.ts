/** The permission bit without which a part could not be gone on with: a file that is to be read-only loses it at its end. */
export const ownerWrites = 0o200

/** What a path is, without following a link. */
export interface Found {
  readonly kind: 'folder' | 'file' | 'link' | 'other'
  readonly bytes: number
  /** Since 1970; whole seconds on a lab box, which is all that SFTP tells. */
  readonly changedAtMs: number
  /** The nine permission bits; null where the system has none. */
  readonly mode: number | null
  /** The account that it belongs to, or its number; empty where that is not told. */
  readonly owner: string
}

/** One entry of a folder. */
export interface NamedFound extends Found {
  readonly name: string
}

/** A file that is open for reading, or a part that is being written. */
export interface OpenFile extends AsyncDisposable {
  /** Fills `into` with the bytes from `at`. Rejects with `file-changed` where the file ends before. */
  read(at: number, into: Buffer): Promise<void>
  /** Called in the order of the positions; several may be on their way at once. */
  write(at: number, bytes: Buffer): Promise<void>
  /** Takes away what lies behind the first `bytes`. */
  cutTo(bytes: number): Promise<void>
  /** Its size and time as they are now. */
  look(): Promise<Found>
  /** All that a new file is to hold, up to 256 KB, and then `finish`. */
  writeAll(bytes: Buffer, changedAtMs: number, mode: number | null): Promise<void>
  /** Nothing more is written: gives the file the time of its original, makes it read-only where `mode` is, and closes it. */
  finish(changedAtMs: number, mode: number | null): Promise<void>
}

/**
 * The files of one of the two machines between which is copied. Everything rejects with the `file-…` codes, `disk-is-full`, and on
 * the lab box with `ssh-lost`.
 */
export interface FileSide {
  join(folder: string, name: string): string
  /** The path without its last name. */
  folderOf(path: string): string
  /** How a name of the other machine is called here; one that no file can have is changed, never followed. */
  nameHere(name: string): string
  /** Null: there is nothing. */
  look(path: string, options?: { follow: boolean }): Promise<Found | null>
  list(path: string): Promise<readonly NamedFound[]>
  openToRead(path: string): Promise<OpenFile>
  /** A new file, or one that goes on: a new one must not be there yet. Its owner may write it until `finish`. */
  openToWrite(path: string, options: { isNew: boolean; mode: number | null }): Promise<OpenFile>
  /** A folder that is there already is no failure. */
  makeFolder(path: string): Promise<void>
  /** Without `replace` it never takes the place of anything: `file-exists`. */
  move(from: string, to: string, options: { replace: boolean }): Promise<void>
  removeFile(path: string): Promise<void>
  /** Null where it is not told. */
  freeBytes(path: string): Promise<number | null>
  /** False: `hashOf` answers null for this file, so that what it would be compared with need not be asked for. */
  tellsHashOf(path: string): boolean
  /** SHA-256, in hexadecimal letters, of the first this many bytes of a file; null where this machine cannot tell. */
  hashOf(path: string, bytes: number, options: { signal: AbortSignal }): Promise<string | null>
}
