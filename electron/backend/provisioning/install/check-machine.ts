import type { LabPlatform } from '@nps-desktop/electron/contract'
import { AppError } from '../../failures/app-error.ts'
import type { MachineFacts, UploadPlace } from './machine-facts.ts'
import { notOurs } from './own-folder.ts'
import { archOf, type ProgramFile, type MachineTarget } from './program-files.ts'

/**
 * The oldest C libraries that the programs were linked for: CentOS 7 has this glibc, Alpine 3.18 this musl. The programs for
 * musl are no help on a system with an older glibc: they need musl's own loader and libstdc++.
 */
const neededLibc = { glibc: [2, 17], musl: [1, 2, 4] } as const
/** nps idles at about 50 MB; with less than this the machine would start to kill programs. */
const neededMemoryBytes = 64 * 1024 * 1024
/** For nps.conf, state and logs beside the program. */
const spareBytes = 16 * 1024 * 1024
/** A clock that is further off falsifies the times in graphs and logs, and breaks the TLS of every other program. */
const clockLimitSeconds = 24 * 3600

/**
 * Which programs the machine runs, out of those for `platforms`. Throws `platform-unsupported`, `processor-unsupported`,
 * `libc-too-old`, `memory-low`, `clock-wrong`.
 */
export function checkMachine(
  host: string,
  facts: MachineFacts,
  platforms: readonly LabPlatform[],
): MachineTarget {
  const platform = platformOf(facts)
  if (platform === null || !platforms.includes(platform)) {
    throw new AppError(
      'platform-unsupported',
      `${host} runs ${facts.kind}, which nothing is set up on here.`,
      {
        host,
        os: facts.kind,
      },
    )
  }
  // Windows on arm64 runs programs for x64 too
  const arch = platform === 'windows' && archOf(facts.machine) ? 'amd64' : archOf(facts.machine)
  if (arch === null) {
    throw new AppError(
      'processor-unsupported',
      `${host} has the processor ${facts.machine}; there are programs for x86-64 and arm64.`,
      { host, processor: facts.machine },
    )
  }
  const [, library = '', version = ''] = /^(glibc|musl) (.+)$/.exec(facts.libc) ?? []
  const needed = library === 'glibc' || library === 'musl' ? neededLibc[library] : []
  if (isOlder(version, needed)) {
    throw new AppError(
      'libc-too-old',
      `${host} has ${facts.libc}; the program needs ${library} ${needed.join('.')} or newer.`,
      { host, libc: facts.libc, needed: `${library} ${needed.join('.')}` },
    )
  }
  if (facts.availableBytes !== null && facts.availableBytes < neededMemoryBytes) {
    throw new AppError(
      'memory-low',
      `${host} has ${megabytes(facts.availableBytes)} MB of memory to give, ${megabytes(neededMemoryBytes)} MB are needed.`,
      { host, freeBytes: facts.availableBytes, neededBytes: neededMemoryBytes },
      { fixes: [{ action: 'retry' }] },
    )
  }
  if (Math.abs(facts.clockAheadSeconds) > clockLimitSeconds) {
    throw new AppError(
      'clock-wrong',
      `The clock of ${host} is ${Math.abs(facts.clockAheadSeconds)} s ${facts.clockAheadSeconds > 0 ? 'ahead' : 'behind'}.`,
      { host, seconds: facts.clockAheadSeconds },
      { fixes: [{ action: 'copy', text: 'timedatectl set-ntp true' }, { action: 'retry' }] },
    )
  }
  return { platform, arch }
}

/** A Linux that does not name its C library is taken for one with glibc: whether a program starts is tried before anything is installed. */
function platformOf({ kind, libc }: MachineFacts): LabPlatform | null {
  if (kind === 'Linux') return libc.startsWith('musl') ? 'linux-musl' : 'linux'
  if (kind === 'Darwin') return 'darwin'
  if (kind === 'Windows') return 'windows'
  return null
}

/** Compares number by number; a version that is not known is not older. */
function isOlder(version: string, needed: readonly number[]): boolean {
  const have = version.split('.').map(Number)
  const at = needed.findIndex((number, index) => (have[index] ?? number) !== number)
  return at >= 0 && (have[at] ?? 0) < (needed[at] ?? 0)
}

/** The folder for an upload, or `disk-full` with the numbers of the roomiest one. */
export function choosePlace(
  host: string,
  facts: MachineFacts,
  file: ProgramFile,
  options: { installsUnder: 'home' | '/usr' },
): { place: UploadPlace; neededBytes: number } {
  const target = facts.places.find(
    ({ folder }) => folder === (options.installsUnder === 'home' ? facts.home : '/usr'),
  )
  const neededOn = (place: UploadPlace): number => {
    // Packed and unpacked lie side by side for a moment; afterwards the unpacked one and its installed copy do.
    const installed = target?.mount === place.mount ? file.rawBytes : 0
    return file.rawBytes + Math.max(file.bytes, installed) + spareBytes
  }
  const uploads = facts.places.filter(({ folder }) => folder !== '/usr')
  const roomy = uploads.filter((place) => place.freeBytes >= neededOn(place))
  const isTargetFull = target !== undefined && target.freeBytes < file.rawBytes + spareBytes
  const place = isTargetFull ? undefined : (roomy.find(({ runsPrograms }) => runsPrograms) ?? roomy[0])
  if (place) return { place, neededBytes: neededOn(place) }
  const fullest = isTargetFull ? target : uploads.toSorted((a, b) => b.freeBytes - a.freeBytes)[0]
  if (!fullest) {
    throw new AppError(
      'upload-failed',
      `${host} did not take the file in ${facts.home}: ${notOurs}.`,
      { host, path: facts.home, reason: notOurs },
      { fixes: [{ action: 'retry' }] },
    )
  }
  throw diskFull(host, file.program, fullest, isTargetFull ? file.rawBytes + spareBytes : neededOn(fullest))
}

export function diskFull(
  host: string,
  program: string,
  { mount, freeBytes }: Pick<UploadPlace, 'mount' | 'freeBytes'>,
  neededBytes: number,
): AppError {
  return new AppError(
    'disk-full',
    `Disk full on ${host}: ${megabytes(freeBytes)} MB free on ${mount}, ${program} needs ${megabytes(neededBytes)} MB. Nothing was changed.`,
    { host, program, path: mount, freeBytes, neededBytes },
    { fixes: [{ action: 'retry' }] },
  )
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}
