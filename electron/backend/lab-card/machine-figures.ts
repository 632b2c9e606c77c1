import type { LabDisk, LabReading } from '@nps-desktop/electron/contract'
import { readNumber, type Sections } from './sections.ts'

/** What /proc and df, or sysctl and vm_stat on a Mac, tell of a machine. */
export type MachineFigures = Pick<LabReading, 'memory' | 'load' | 'disks'> & {
  readonly upMs: number | null
  readonly threads: number | null
  readonly model: string
}

const kibibyte = 1024
/** Those that matter: a machine with more has them for containers, or is a storage. */
const maxDisks = 8
/** Smaller ones are partitions for booting and the like. */
const minDiskBytes = 2e9

export function readFigures(sections: Sections, nowMs: number): MachineFigures {
  const darwin = readDarwin(sections.get('darwin') ?? [], nowMs)
  const [, , threads] = sections.get('who') ?? []
  const up = readNumber(sections.get('uptime')?.[0]?.split(' ')[0])
  const model = sections.get('model')?.[0]?.split(':', 2)[1] ?? darwin.model
  return {
    memory: readMemory(sections.get('memory') ?? []) ?? darwin.memory,
    load: readLoad(sections.get('load')?.[0] ?? darwin.load),
    disks: readDisks(sections),
    upMs: up === null ? darwin.upMs : up * 1_000,
    threads: Math.trunc(readNumber(threads) ?? 0) || null,
    model: shortModel(model),
  }
}

function readMemory(lines: readonly string[]): LabReading['memory'] {
  const values = new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^(\w+):\s+(\d+) kB/.exec(line) ?? []
      const size = readNumber(value)
      return name === undefined || size === null ? [] : [[name, size * kibibyte] as const]
    }),
  )
  const total = values.get('MemTotal')
  if (!total) return null
  // MemAvailable came with Linux 3.14
  const free = values.get('MemFree') ?? 0
  const available =
    values.get('MemAvailable') ?? free + (values.get('Buffers') ?? 0) + (values.get('Cached') ?? 0)
  return { totalBytes: total, usedBytes: Math.max(0, total - available) }
}

function readLoad(line: string | undefined): LabReading['load'] {
  const [one, five, fifteen] = (line ?? '')
    .trim()
    .split(/\s+/)
    .flatMap((word) => readNumber(word) ?? [])
  if (one === undefined || five === undefined || fifteen === undefined) return null
  return { one, five, fifteen }
}

/** Parts of another volume, and what a container is lent of its host: single files, each with the figures of the host's disk. */
const noDisk = /^\/(System\/Volumes\/(?!Data$)|snap\/|etc\/|run\/host\/|usr\/(s?bin|lib\d*|share)\/)/

/**
 * Real disks and those of the network, by mount point; the same one mounted twice is listed once. Of more than `maxDisks` the one
 * with the home folder and the fullest.
 */
function readDisks(sections: Sections): LabDisk[] {
  const home = readDisk(sections.get('home')?.[0] ?? '')
  const disks = new Map<string, LabDisk>()
  for (const line of sections.get('disks')?.slice(1) ?? []) {
    const disk = readDisk(line)
    if (!disk || disk.totalBytes < minDiskBytes) continue
    const isHome = disk.mount === home?.mount
    const isReal =
      /^(\/dev\/(?!loop)|[^/\s]+:|\/\/)/.test(disk.device) || /^[\w.-]+(\/[\w.-]+)+$/.test(disk.device)
    if ((!isReal && !isHome && disk.mount !== '/') || noDisk.test(disk.mount)) continue
    const { mount, usedBytes, totalBytes } = disk
    if (disks.has(disk.device) && !isHome) continue
    disks.set(disk.device, { mount, usedBytes, totalBytes, isHome })
  }
  const layered = disks.get('overlay') ?? disks.get('fuse-overlayfs')
  const percent = (disk: LabDisk): number => disk.usedBytes / disk.totalBytes
  return [...disks.values()]
    .filter((disk) => disk === layered || disk.isHome || !layered || !hasSizeOf(disk, layered))
    .toSorted((a, b) => Number(b.isHome) - Number(a.isHome) || percent(b) - percent(a))
    .slice(0, maxDisks)
    .toSorted((a, b) => (a.mount < b.mount ? -1 : 1))
}

/** What a container sees of its host's disk, as `/etc/hosts`, has the size of its own layers, to the byte. */
function hasSizeOf(one: LabDisk, other: LabDisk): boolean {
  return one.usedBytes === other.usedBytes && one.totalBytes === other.totalBytes
}

/** A line of `df -Pk`: the last column may hold spaces. What is free for root only counts as used, as df's own percentage has it. */
function readDisk(line: string): (Omit<LabDisk, 'isHome'> & { device: string }) | null {
  const [, device = '', used, free, mount = ''] =
    /^(\S+)\s+\d+\s+(\d+)\s+(-?\d+)\s+\S+\s+(\/.*)$/.exec(line.trimEnd()) ?? []
  const usedSize = readNumber(used)
  const freeSize = free?.startsWith('-') ? 0 : readNumber(free)
  if (usedSize === null || freeSize === null) return null
  const totalBytes = (usedSize + freeSize) * kibibyte
  return { device, mount: mount.slice(0, 200), usedBytes: usedSize * kibibyte, totalBytes }
}

function readDarwin(lines: readonly string[], nowMs: number) {
  const value = (name: string): string =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  const total = readNumber(value('hw.memsize'))
  const page = readNumber(/page size of (\d+) bytes/.exec(lines.join('\n'))?.[1]) ?? 4096
  const pages = (name: string): number => readNumber(value(name).replace('.', '')) ?? 0
  const free = (pages('Pages free') + pages('Pages inactive') + pages('Pages speculative')) * page
  const boot = /sec = (\d+)/.exec(value('kern.boottime'))?.[1]
  return {
    memory: !total ? null : { totalBytes: total, usedBytes: Math.max(0, total - free) },
    load: value('vm.loadavg').replaceAll(/[{}]/g, ' ').trim() || undefined,
    upMs: boot === undefined ? null : Math.max(0, nowMs - Number(boot) * 1_000),
    model: value('machdep.cpu.brand_string'),
  }
}

/** `EPYC 7543` of `AMD EPYC 7543 32-Core Processor`. */
function shortModel(name: string): string {
  return name
    .replaceAll(/\((R|TM)\)|\b(AMD|Intel|CPU|Processor)\b|\d+-Core|@.*$/gi, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
}
