import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const timeoutMs = 10 * 60_000

/** Where they are unpacked. */
export const pinnedPackages = join(homedir(), '.cache/nps-desktop/npm')

/** A package of npm's registry that is for another system than this, so that `npm ci` does not install it here. */
export interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** As in a lock file: `sha512-` and the hash in base64. */
  readonly integrity: string
}

/**
 * The folder of the unpacked package. npm fetches it when it is first wanted; it stays in the user's cache. Throws when it
 * is not the pinned one.
 */
export async function pinnedPackage({ name, version, integrity }: PinnedPackage): Promise<string> {
  const hash = createHash('sha256').update(integrity).digest('hex').slice(0, 8)
  const folder = join(pinnedPackages, `${name.replace('/', '+')}-${version}-${hash}`)
  if (existsSync(folder)) return folder
  await mkdir(pinnedPackages, { recursive: true })
  const work = await mkdtemp(join(pinnedPackages, 'unfinished-'))
  try {
    console.log(`fetching ${name} ${version} from npm`)
    const pack = ['pack', `${name}@${version}`, '--silent', '--pack-destination', work]
    const archive = join(work, (await run('npm', pack, { timeout: timeoutMs })).stdout.trim())
    const found = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`
    if (found !== integrity) throw new Error(`${name} ${version} is not the pinned one: ${found}`)
    await run('tar', ['-xzf', archive, '-C', work], { timeout: timeoutMs })
    await rename(join(work, 'package'), folder)
  } catch (error) {
    // another process has fetched it meanwhile
    if (!existsSync(folder)) throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return folder
}
