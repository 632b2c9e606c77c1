import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { labPlatform, type LabPlatform } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import { AppError } from '../../failures/app-error.ts'
import { fileChunks } from './file-chunks.ts'

export type Arch = 'amd64' | 'arm64'
/** What a program has to be built for to run on a machine. */
export interface MachineTarget {
  readonly platform: LabPlatform
  readonly arch: Arch
}
export type ProgramName = 'nps' | 'npc'
/** How a program lies beside the app. */
export type Compression = 'none' | 'gz' | 'xz'

const entry = z.object({
  /** Beside the list; nps and npc of one system share a part (docs/adr/0048-the-runtime-once.md). */
  parts: z.array(z.string()).min(1),
  program: z.enum(['nps', 'npc']),
  platform: labPlatform,
  arch: z.enum(['amd64', 'arm64']),
  compression: z.enum(['none', 'gz', 'xz']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().positive(),
  rawSha256: z.string().regex(/^[0-9a-f]{64}$/),
  rawBytes: z.number().int().positive(),
})
const manifest = z.object({ files: z.array(z.unknown()) })

/** One compressed program to upload, and what it must be when unpacked. */
export interface ProgramFile extends Omit<z.infer<typeof entry>, 'parts'> {
  /** What lies there, one after the other, is what is sent. */
  readonly paths: readonly string[]
}

/** Of `x86_64` or `aarch64` as `uname -m` prints them on Linux, `arm64` on macOS, `AMD64` or `ARM64` on Windows; null for any other processor. */
export function archOf(machine: string): Arch | null {
  const name = machine.toLowerCase()
  if (name === 'x86_64' || name === 'amd64') return 'amd64'
  if (name === 'aarch64' || name === 'arm64') return 'arm64'
  return null
}

/** What a machine can unpack, the smallest form first; not every build has them all. */
export function unpackable({ canXz }: { canXz: boolean }): readonly Compression[] {
  return canXz ? ['xz', 'gz', 'none'] : ['gz', 'none']
}

/** As the systems call themselves. */
const platformNames: Readonly<Record<LabPlatform, string>> = {
  linux: 'Linux',
  'linux-musl': 'Linux (musl)',
  darwin: 'macOS',
  windows: 'Windows',
}

export interface ProgramFolders {
  /** Beside the app, with the list of all programs of this release. */
  readonly packed: string
  /** Where a person puts those that the packages leave out: it outlives updates, and no administrator is needed. */
  readonly added: string
}

/**
 * The programs that lie beside the app (`manifest.json` of the relay's build), in the first form of `accepts` that there is. One that is
 * damaged, half there, or of another release is as good as missing: sent to a machine, it would be taken for a damaged transmission.
 * Rejects with `program-missing` when there is none for that machine.
 */
export async function findProgram(
  { packed, added }: ProgramFolders,
  {
    program,
    platform,
    arch,
    accepts,
  }: MachineTarget & { program: ProgramName; accepts: readonly Compression[] },
): Promise<ProgramFile> {
  const missing = (cause?: unknown): AppError =>
    new AppError(
      'program-missing',
      `The ${program} program for ${platformNames[platform]} on ${arch} lies neither beside this app (${packed}) nor in ${added}. For Linux, install the app again; for others, unpack nps-desktop-more-programs of the same release into ${added}.`,
      { program, arch: `${platformNames[platform]} ${arch}`, folder: added },
      { cause },
    )
  let files: ProgramFile[]
  try {
    const text = await readFile(join(packed, 'manifest.json'), 'utf8')
    files = manifest.parse(JSON.parse(text)).files.flatMap((one) => {
      const { success, data } = entry.safeParse(one)
      return success ? [packed, added].map((folder) => inFolder(folder, data)) : []
    })
  } catch (error) {
    throw missing(error)
  }
  const usable = files.filter(
    (file) => file.program === program && file.platform === platform && file.arch === arch,
  )
  // The list may be longer than what is there: packages leave programs out, which people add when they need them.
  for (const wanted of accepts) {
    for (const found of usable.filter(({ compression }) => compression === wanted)) {
      if ((await bytesAt(found.paths)) === found.bytes && (await isIntact(found))) return found
    }
  }
  throw missing()
}

function inFolder(folder: string, { parts, ...rest }: z.infer<typeof entry>): ProgramFile {
  return { ...rest, paths: parts.map((part) => join(folder, part)) }
}

/** Null where one of them is missing, or no file. */
async function bytesAt(paths: readonly string[]): Promise<number | null> {
  try {
    const found = await Promise.all(paths.map((path) => stat(path)))
    // a pipe would be waited for without end
    if (!found.every((one) => one.isFile())) return null
    return found.reduce((sum, { size }) => sum + size, 0)
  } catch {
    return null
  }
}

async function isIntact({ paths, sha256 }: ProgramFile): Promise<boolean> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of fileChunks(paths)) hash.update(chunk)
  } catch {
    // It went away, or this account may not read it.
    return false
  }
  return hash.digest('hex') === sha256
}
