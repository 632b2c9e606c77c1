import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { windowsElectronForTests } from '../../../build/app/windows/electron-for-tests.ts'
import { type CachedFolder, ensureCached } from '../images/cache-folder.ts'
import type { Windows } from './windows.ts'

/**
 * A function that Electron takes from Windows' user32.dll and that wine 10 does not have, so that Electron does not start;
 * and one of the same shape in its place. It is asked for how a window lies beside others, which is nothing of ours.
 */
const missing = 'IsWindowArranged'
const inItsPlace = 'IsZoomed'

/** Electron for Windows as it starts in wine: fetched and changed once. Answers the layers of its folder, the topmost first. */
export async function ensureWindowsElectron(): Promise<readonly string[]> {
  const { electronDist = '', electronVersion } = await windowsElectronForTests()
  const changed: CachedFolder = {
    name: 'windows-electron',
    recipe: { electronVersion, missing, inItsPlace, steps: 1 },
  }
  const folder = await ensureCached(changed, async (path) => {
    const program = await readFile(join(electronDist, 'electron.exe'))
    const sought = Buffer.from(`\0${missing}\0`)
    const at = program.lastIndexOf(sought)
    if (at < 0) throw new Error(`Electron ${electronVersion} does not ask Windows for ${missing}.`)
    program.fill(0, at, at + sought.length)
    program.write(inItsPlace, at + 1)
    await writeFile(join(path, 'electron.exe'), program, { mode: 0o755 })
  })
  return [folder, electronDist]
}

/** Puts Electron into the Windows system, if it is not there yet. Answers the path of its program there. */
export async function windowsElectron(windows: Windows): Promise<string> {
  await windows.overlay('/electron', await ensureWindowsElectron())
  return '/electron/electron.exe'
}
