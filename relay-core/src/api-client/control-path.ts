import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'

/** Where the command line of this machine reaches the relay of a state folder. */
export interface ControlPath {
  /** The state folder. */
  readonly folder: string
  /** The path of a socket file, or the name of a pipe. */
  readonly address: string
  /**
   * A socket file is opened by its owner only. Node cannot say that of a pipe: whoever connects there proves that they can
   * read the admin key, and so does the relay.
   */
  readonly isProved: boolean
}

/** `control.sock` in the state folder; on Windows a pipe named after the folder. */
export function controlPath(stateFolder: string, platform: NodeJS.Platform = process.platform): ControlPath {
  if (platform !== 'win32')
    return { folder: stateFolder, address: join(stateFolder, 'control.sock'), isProved: false }
  // Windows does not tell upper case from lower case in paths, and pipes have one name space for all folders.
  const name = createHash('sha256').update(resolve(stateFolder).toLowerCase()).digest('hex').slice(0, 32)
  return { folder: stateFolder, address: String.raw`\\.\pipe\nps-${name}`, isProved: true }
}
