import { copyFile, open } from 'node:fs/promises'
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

/**
 * Wine has no graphics processor to offer, and Electron would try each way to one, each in a process of its own that fails;
 * one in so many starts wine ends such a process only half, and the window waits for it for ever. So it draws without one
 * from the start, also what is for WebGL.
 */
export const argumentsInWine: readonly string[] = ['--disable-gpu', '--disable-software-rasterizer']

/** How long an Electron that has nothing left to do may take to end in wine. */
const quitTimeoutMs = 10_000

/**
 * Waits until an Electron that was told to quit has ended, by force if wine does not let it: the main process takes a handle out
 * of a child that ends at that moment, wine 10 loses the question (NtDuplicateObject waits in ntdll for an answer of a process
 * that is gone), and Chromium waits for that thread for ever. Nothing of the app runs any more by then.
 * @param ends settles when it has ended
 * @param busyMs what it still has to do takes this long at most
 */
export async function untilQuitInWine(
  ends: Promise<unknown>,
  { kill, busyMs = 0 }: { kill: () => void; busyMs?: number },
): Promise<void> {
  const timer = setTimeout(kill, busyMs + quitTimeoutMs)
  try {
    await ends
  } finally {
    clearTimeout(timer)
  }
}

/** Electron for Windows as it starts in wine: fetched and changed once. Answers the layers of its folder, the topmost first. */
export async function ensureWindowsElectron(): Promise<readonly string[]> {
  const { electronDist = '', electronVersion } = await windowsElectronForTests()
  const changed: CachedFolder = {
    name: 'windows-electron',
    recipe: { electronVersion, missing, inItsPlace, steps: 1 },
  }
  const folder = await ensureCached(changed, async (path) => {
    await copyFile(join(electronDist, 'electron.exe'), join(path, 'electron.exe'))
    await makeStartInWine(join(path, 'electron.exe'))
  })
  return [folder, electronDist]
}

/** Changes the file of an Electron for Windows, under whatever name, so that it starts in wine. Does nothing to a changed one. */
export async function makeStartInWine(file: string): Promise<void> {
  await using program = await open(file, 'r+')
  await program.chmod(0o755)
  const changed = inItsPlace.padEnd(missing.length, '\0')
  const bytes = await program.readFile()
  const at = bytes.lastIndexOf(`\0${missing}\0`)
  if (at >= 0) await program.write(changed, at + 1)
  else if (!bytes.includes(`\0${changed}\0`)) throw new Error(`${file} does not ask Windows for ${missing}.`)
}

/** Puts Electron into the Windows system, if it is not there yet. Answers the path of its program there. */
export async function windowsElectron(windows: Windows): Promise<string> {
  await windows.overlay('/electron', await ensureWindowsElectron())
  return '/electron/electron.exe'
}
