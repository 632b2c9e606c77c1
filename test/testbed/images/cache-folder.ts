import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where prepared roots are kept between runs: `NPS_TESTBED_CACHE`, or a folder in the user's cache. */
export function cacheFolder(): string {
  const configured = process.env['NPS_TESTBED_CACHE']
  return configured ?? join(homedir(), '.cache', 'nps-desktop', 'testbed')
}

/** A folder that is built once: its name carries a hash of all that it is built from. */
export interface CachedFolder {
  readonly name: string
  /** Everything that decides the content; a change of it builds a new folder. */
  readonly recipe: unknown
}

/** Where the folder is, or will be once it is built. */
export function cachedPath({ name, recipe }: CachedFolder): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)
  return join(cacheFolder(), `${name}-${hash}`)
}

/** Whether the folder is there, which means that it is complete: it gets its name only when it is. */
export async function isCached(folder: CachedFolder): Promise<boolean> {
  return await exists(cachedPath(folder))
}

/**
 * Returns the folder's path, after calling `build` with an empty folder if it is not there yet.
 * The built folder is renamed into place, so an interrupted build leaves nothing that looks finished.
 */
export async function ensureCached(
  folder: CachedFolder,
  build: (path: string) => Promise<void>,
): Promise<string> {
  const path = cachedPath(folder)
  if (await exists(path)) return path
  await mkdir(cacheFolder(), { recursive: true })
  await removeAbandonedBuilds()
  const unfinished = `${path}${unfinishedMark}${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o755 })
  try {
    await build(unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another run built the same folder meanwhile: its result is as good.
    if (!(await exists(path))) throw error
  }
  return path
}

const unfinishedMark = '.unfinished-'

async function removeAbandonedBuilds(): Promise<void> {
  for (const entry of await readdir(cacheFolder())) {
    const pid = entry.split(unfinishedMark)[1]
    if (pid !== undefined && !(await exists(`/proc/${pid}`))) {
      await rm(join(cacheFolder(), entry), { recursive: true, force: true })
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
