import type { Gpu, LabProcess, LabReading } from '@nps-desktop/electron/contract'
import { restingGpu } from '@nps-desktop/electron/contract'
import { type CpuTicks, readTicks, usePercent } from './cpu-ticks.ts'
import { readFigures } from './machine-figures.ts'
import { readNvidiaSmi } from './nvidia-smi.ts'
import { processName } from './process-name.ts'
import { readRocmSmi } from './rocm-smi.ts'
import { readPercent, readSections } from './sections.ts'
import { readEnds, readProcesses, type ToldProcess } from './told-processes.ts'
import type { ToldGpu } from './told-gpu.ts'

/** A reading, and what the next one needs of it. */
export interface CardReading {
  readonly reading: LabReading
  readonly ticks: CpuTicks | null
  /** How long each process had had a processor at the last looks, oldest first. */
  readonly cpuTimes: readonly CpuTimes[]
  /** Of watched processes that have ended: the exit code, as a shell has it (128 and the signal's number). */
  readonly exitCodes: ReadonlyMap<number, number>
}

interface CpuTimes {
  readonly atMs: number
  /** By pid. */
  readonly cpuMs: ReadonlyMap<number, number>
}

/** Older ones say nothing of now: the GPU may have worked in between. */
const joinedWithinMs = 150_000
/** Times of ps are whole seconds; between looks that are closer they say too little. */
const minBetweenMs = 4_500
/** So they are compared with the oldest look of this time, or else with the last. */
const comparedWithinMs = 12_000
const maxProcesses = 600

/** What a lab box answered to `lookScript`. Pure; `before` is the last reading of this run of the app. */
export function readCard(
  text: string,
  { mark, atMs, before }: { mark: string; atMs: number; before: CardReading | null },
): CardReading {
  const sections = readSections(text, mark)
  const joined = before && atMs - before.reading.atMs <= joinedWithinMs ? before : null
  const earlier = joined?.cpuTimes ?? []
  const recent = earlier.filter((one) => atMs >= one.atMs && atMs - one.atMs <= comparedWithinMs)
  const compared = recent[0] ?? earlier.at(-1) ?? null
  const [you = '', system = ''] = sections.get('who') ?? []
  const lines = readProcesses(sections.get('processes') ?? [])
  const told = lines.filter(({ isZombie }) => !isZombie)
  const nvidia = readNvidiaSmi(sections)
  const rocm = readRocmSmi(sections)
  const toldGpus = [
    ...nvidia.gpus,
    ...rocm.gpus.map((gpu) => ({ ...gpu, index: gpu.index + nvidia.gpus.length })),
  ]
  const figures = readFigures(sections, atMs)
  const processes = told
    .map((one) => labProcess(one, { atMs, you, compared, toldGpus }))
    .toSorted((a, b) => b.cpuThreads - a.cpuThreads || b.residentBytes - a.residentBytes)
    .slice(0, maxProcesses)
  const first = readTicks(sections.get('stat')?.[0])
  const last = readTicks(sections.get('stat2')?.[0])
  const { threads } = figures
  const sum = told.reduce((all, { cpuPercent }) => all + cpuPercent, 0)
  const percent =
    usePercent(joined?.ticks ?? first, last) ??
    // of what macOS lists, whose figures are of now
    (system === 'Darwin' && threads ? Math.min(100, sum / threads) : readPercent(sections.get('busy')?.[0]))
  return {
    reading: {
      atMs,
      gpus: toldGpus.map((gpu) => cardGpu(gpu, { atMs, processes, joined })),
      gpuFault: nvidia.fault ?? rocm.fault,
      cpu: threads === null ? null : { usePercent: percent, threads, model: figures.model },
      memory: figures.memory,
      disks: figures.disks,
      load: figures.load,
      users: (sections.get('users') ?? []).slice(0, 20).map((name) => name.trim().slice(0, 64)),
      upSinceMs: figures.upMs === null ? null : Math.max(0, Math.round(atMs - figures.upMs)),
      processes,
    },
    ticks: last,
    cpuTimes: [
      ...recent,
      {
        atMs,
        cpuMs: new Map(told.flatMap(({ pid, cpuMs }) => (cpuMs === null ? [] : [[pid, cpuMs] as const]))),
      },
    ],
    exitCodes: readEnds(sections.get('ended') ?? []),
  }
}

function labProcess(
  told: ToldProcess,
  {
    atMs,
    you,
    compared,
    toldGpus,
  }: { atMs: number; you: string; compared: CpuTimes | null; toldGpus: readonly ToldGpu[] },
): LabProcess {
  const { pid, user, command, ageMs, residentBytes } = told
  return {
    pid,
    user: user.slice(0, 64),
    isYours: you !== '' && user === you,
    name: processName(command),
    command: command.slice(0, 300),
    startedAtMs: ageMs === null ? null : Math.max(0, atMs - ageMs),
    cpuThreads: threadsOf(told, compared, atMs),
    residentBytes,
    gpus: toldGpus.flatMap((gpu) => (gpu.processes.some((one) => one.pid === pid) ? [gpu.index] : [])),
  }
}

/** Of the time between two looks; at the first, its mean since its start. */
function threadsOf({ pid, cpuMs, cpuPercent }: ToldProcess, compared: CpuTimes | null, atMs: number): number {
  const before = compared?.cpuMs.get(pid)
  const betweenMs = compared ? atMs - compared.atMs : 0
  if (cpuMs === null || before === undefined || cpuMs < before || betweenMs < minBetweenMs)
    return cpuPercent / 100
  return (cpuMs - before) / betweenMs
}

function cardGpu(
  gpu: ToldGpu,
  { atMs, processes, joined }: { atMs: number; processes: readonly LabProcess[]; joined: CardReading | null },
): Gpu {
  const { index, name, usePercent: use, usedBytes, totalBytes, celsius } = gpu
  const before = joined?.reading.gpus.find((one) => one.index === index)
  const isResting =
    use !== null && use < restingGpu.percent && usedBytes !== null && usedBytes < restingGpu.bytes
  return {
    index,
    name,
    usePercent: use,
    usedBytes,
    totalBytes,
    celsius,
    // a clock may have been set back since
    restingSinceMs: isResting ? Math.min(before?.restingSinceMs ?? atMs, atMs) : null,
    processes: gpu.processes
      .map(({ pid, bytes }) => {
        const known = processes.find((one) => one.pid === pid)
        return {
          pid,
          user: known?.user ?? '',
          isYours: known?.isYours ?? false,
          name: known?.name ?? `pid ${pid}`,
          bytes,
        }
      })
      .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)),
  }
}
