import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
import type { MachineUse } from '../../api/relay-status-models.ts'
import { type Clock, systemClock } from '../../async/time/clock.ts'
import { pause } from '../../async/wait/pause.ts'
import { availableMemory, type LineBytes, lineBytes } from './told-by-linux.ts'

/** The first rates come after a second, so that whoever looks has them soon; then this pace is enough. */
const firstPauseMs = 1_000
const pauseMs = 3_000

/** What only grows; two of them make a rate. */
interface Counters {
  /** By a clock that never jumps. */
  readonly atMs: number
  readonly busyMs: number
  readonly cpuMs: number
  readonly line: LineBytes | null
}

/** What the machine is doing, again every few seconds for as long as somebody asks; nothing is read otherwise. */
export async function* watchMachine(
  signal: AbortSignal | undefined,
  { clock = systemClock }: { clock?: Clock } = {},
): AsyncGenerator<MachineUse, void, void> {
  let before: Counters | null = null
  while (!signal?.aborted) {
    const after = await readCounters()
    yield { atMs: clock.now(), ...rates(before, after), ...(await readAmounts()) }
    try {
      await pause(before === null ? firstPauseMs : pauseMs, { signal, clock })
    } catch {
      return
    }
    before = after
  }
}

/** What has been done between two moments; null where that is not known, as at the first of them. */
export function rates(before: Counters | null, after: Counters): Pick<MachineUse, 'cpuPercent' | 'line'> {
  const seconds = before ? (after.atMs - before.atMs) / 1000 : 0
  if (before === null || seconds <= 0) return { cpuPercent: null, line: null }
  const cpuMs = after.cpuMs - before.cpuMs
  const busy = (100 * (after.busyMs - before.busyMs)) / cpuMs
  const rate = (name: keyof LineBytes): number =>
    Math.max(0, Math.round(((after.line?.[name] ?? 0) - (before.line?.[name] ?? 0)) / seconds))
  return {
    cpuPercent: cpuMs > 0 ? Math.min(100, Math.max(0, busy)) : null,
    line:
      before.line && after.line
        ? { inBytesPerSecond: rate('inBytes'), outBytesPerSecond: rate('outBytes') }
        : null,
  }
}

async function readCounters(): Promise<Counters> {
  let busyMs = 0
  let cpuMs = 0
  for (const { times } of cpus()) {
    const { user, nice, sys, idle, irq } = times
    busyMs += user + nice + sys + irq
    cpuMs += user + nice + sys + irq + idle
  }
  const [dev, route] = await Promise.all([textOf('/proc/net/dev'), textOf('/proc/net/route')])
  return { atMs: performance.now(), busyMs, cpuMs, line: lineBytes(dev, route) }
}

async function readAmounts(): Promise<Omit<MachineUse, 'atMs' | 'cpuPercent' | 'line'>> {
  const totalBytes = totalmem()
  const available = availableMemory(await textOf('/proc/meminfo')) ?? freemem()
  const [one] = loadavg()
  return {
    threads: Math.max(1, cpus().length),
    // Windows has none, and says 0
    load: process.platform === 'win32' ? null : (one ?? null),
    memory: { usedBytes: Math.max(0, totalBytes - available), totalBytes },
    disk: await readDisk(),
  }
}

/** The disk of the system; what is kept for root counts as used, as df has it. */
async function readDisk(): Promise<MachineUse['disk']> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(process.platform === 'win32' ? 'C:\\' : '/')
    const usedBytes = (blocks - bfree) * bsize
    return { usedBytes, totalBytes: usedBytes + bavail * bsize }
  } catch {
    return null
  }
}

/** Empty where there is no such file, as on Windows and macOS. */
async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
