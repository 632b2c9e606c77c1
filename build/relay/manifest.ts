import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgramArch, Platform } from './program-targets.ts'

/** One file of the relay's build. The app chooses by these what it uploads (electron/backend/provisioning). */
export interface ManifestEntry {
  /** Beside manifest.json; one after the other they are what is sent. */
  readonly parts: readonly string[]
  readonly program: 'nps' | 'npc'
  readonly platform: Platform
  readonly arch: ProgramArch
  readonly compression: 'none' | 'gz' | 'xz'
  /** Hex, of what is sent. */
  readonly sha256: string
  readonly bytes: number
  /** Hex, of the program unpacked. */
  readonly rawSha256: string
  readonly rawBytes: number
  /** The least glibc it runs with, such as `2.17`; null where there is none. */
  readonly glibc: string | null
}

/** manifest.json, which lies beside what it tells of. */
export interface Manifest {
  /** Hash of all that went into the build. */
  readonly sources: string
  readonly files: readonly ManifestEntry[]
  readonly archives: readonly string[]
}

/** Whether the last build into `folder` had the same sources and has left each of `files`. */
export async function isBuilt(
  folder: string,
  { sources, files }: { sources: string; files: readonly string[] },
): Promise<boolean> {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path)) return false
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
  if (manifest.sources !== sources) return false
  const built = filesOf(manifest)
  return [...built, ...files].every((file) => built.has(file) && existsSync(join(folder, file)))
}

/** Removes what an earlier build has left in `folder` and `manifest` does not name. */
export async function removeOthers(folder: string, manifest: Manifest): Promise<void> {
  const built = filesOf(manifest)
  for (const file of await readdir(folder))
    if (/^(?:np[sc]|runtime)-|-np[sc]\.xz$|_(?:server|client)\.tar\.gz$/.test(file) && !built.has(file))
      await rm(join(folder, file))
}

function filesOf({ files, archives }: Manifest): ReadonlySet<string> {
  return new Set([...files.flatMap(({ parts }) => parts), ...archives])
}
