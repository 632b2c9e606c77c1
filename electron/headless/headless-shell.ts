import { chmod, mkdir } from 'node:fs/promises'
import { accountSshFolder } from '../backend/account-ssh-folder.ts'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { openKeyFile } from '../backend/key-file.ts'
import type { Shell } from '../backend/shell.ts'

/** The Shell of a place without a desktop: no dialogs, no tray; secrets under a key file. */
export async function createHeadlessShell(options: {
  version: string
  dataFolder: string
  programsFolder: string
  /** Another one than the account's; for tests. */
  sshFolder?: string
  downloadsFolder?: string
}): Promise<Shell> {
  await mkdir(options.dataFolder, { recursive: true })
  await chmod(options.dataFolder, 0o700)
  const keyFile = await openKeyFile(options.dataFolder)
  return {
    sshFolder: accountSshFolder(),
    downloadsFolder: join(homedir(), 'Downloads'),
    ...options,
    desktop: false,
    tray: false,
    secretStorage: 'key-file',
    updateAddress: '',
    encrypt: (plain) => keyFile.encrypt(plain),
    decrypt: (sealed) => keyFile.decrypt(sealed),
    onDeepLink: () => () => undefined,
  }
}
