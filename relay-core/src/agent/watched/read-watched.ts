import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Watched } from '../../api/webhook/watch-models.ts'
import type { WatchedQuestion } from '../../wire/watched-question.ts'
import { parseProcessStat } from './process-stat.ts'

const run = promisify(execFile)
const toolTimeoutMs = 10_000
const maxToolBytes = 256 * 1024
/** USER_HZ, in which /proc tells times on every Linux. */
const ticksPerSecond = 100

/** Null where the system has no /proc: only Linux tells. `root`: for tests; by default `/`. */
export async function readWatched(
  { pids, gpus }: WatchedQuestion,
  { root = '/' }: { root?: string } = {},
): Promise<Watched | null> {
  const bootedAtMs = await bootTime(root)
  if (bootedAtMs === null) return null
  const processes = await Promise.all(pids.map((pid) => startOf(pid, { root, bootedAtMs })))
  return {
    processes: processes.flatMap((one) => one ?? []),
    gpus: gpus ? ((await nvidia()) ?? (await amd())) : null,
  }
}

async function bootTime(root: string): Promise<number | null> {
  const text = await readFile(join(root, 'proc/stat'), 'utf8').catch(() => '')
  const seconds = /^btime (\d+)$/m.exec(text)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1_000
}

/** Null: there is no such process, or it is over and nobody has asked for its exit code yet. */
async function startOf(
  pid: number,
  { root, bootedAtMs }: { root: string; bootedAtMs: number },
): Promise<Watched['processes'][number] | null> {
  const text = await readFile(join(root, `proc/${pid}/stat`), 'utf8').catch(() => '')
  const found = parseProcessStat(text)
  if (!found || found.state === 'Z' || found.state === 'X') return null
  return { pid, startedAtMs: Math.round(bootedAtMs + (found.startTicks * 1_000) / ticksPerSecond) }
}

/** Null: no such tool, or it does not answer. */
async function nvidia(): Promise<Watched['gpus']> {
  const fields = 'index,utilization.gpu,memory.used'
  const text = await outputOf('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits'])
  return text === null ? null : parseNvidia(text)
}

/** Lines such as `0, 3, 412`: percent and MiB; `[N/A]` where a card does not tell, which then is not called free. */
export function parseNvidia(text: string): Watched['gpus'] {
  return text.split('\n').flatMap((line) => {
    const [index, use, mebibytes] = line.split(',').map((field) => Number(field.trim() || Number.NaN))
    if (!isCount(index) || !isCount(use) || !isCount(mebibytes) || use > 100) return []
    return [{ index, usePercent: use, usedBytes: mebibytes * 1024 ** 2 }]
  })
}

async function amd(): Promise<Watched['gpus']> {
  const text = await outputOf('rocm-smi', ['--showuse', '--showmeminfo', 'vram', '--json'])
  return text === null ? null : parseAmd(text)
}

/** `{"card0": {"GPU use (%)": "3", "VRAM Total Used Memory (B)": "411041792"}}` */
export function parseAmd(text: string): Watched['gpus'] {
  let cards: unknown
  try {
    cards = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof cards !== 'object' || cards === null) return null
  return Object.entries(cards).flatMap(([name, card]: [string, unknown]) => {
    const told = new Map<string, unknown>(
      typeof card === 'object' && card !== null ? Object.entries(card) : [],
    )
    const index = Number(/^card(\d{1,3})$/.exec(name)?.[1] ?? Number.NaN)
    const use = Number(told.get('GPU use (%)') ?? Number.NaN)
    const bytes = Number(told.get('VRAM Total Used Memory (B)') ?? Number.NaN)
    if (!isCount(index) || !isCount(use) || !isCount(bytes) || use > 100) return []
    return [{ index, usePercent: use, usedBytes: bytes }]
  })
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(Math.trunc(value)) && value >= 0
}

async function outputOf(tool: string, args: readonly string[]): Promise<string | null> {
  try {
    const options = { timeout: toolTimeoutMs, killSignal: 'SIGKILL', maxBuffer: maxToolBytes } as const
    return (await run(tool, args, options)).stdout
  } catch {
    return null
  }
}
