import { machineWords } from '../ssh/no-shell.ts'
import { readNumber, readPercent, type Sections } from './sections.ts'
import { maxGpuProcesses, maxGpus, noGpus, type ToldGpu, type ToldGpus } from './told-gpu.ts'

/** nvidia-smi counts in MiB. */
const mebibyte = 1024 * 1024
/** As `timeout` ends a program with SIGKILL. */
const killed = '137'

/** What nvidia-smi printed, by the columns that `lookScript` asks for. */
export function readNvidiaSmi(sections: Sections): ToldGpus {
  const [code, ...lines] = sections.get('nvidia') ?? []
  if (code === undefined) return noGpus
  const said = machineWords(lines.join(' '))
  // a driver without a card, as on the login node of a cluster
  if (/no devices were found/i.test(said)) return noGpus
  if (code !== '0') {
    return {
      gpus: [],
      fault: {
        tool: 'nvidia-smi',
        said: said || (code === killed ? 'no answer within 8 s' : `exit code ${code}`),
      },
    }
  }
  const processes = readProcesses(sections.get('nvidia-processes') ?? [])
  const gpus = lines.slice(0, maxGpus).flatMap((line) => readGpu(line, processes) ?? [])
  return { gpus, fault: null }
}

function readGpu(line: string, processes: Map<string, ToldGpu['processes'][number][]>): ToldGpu | null {
  const columns = line.split(',').map((column) => column.trim())
  const [index, uuid = '', name = '', use, used, total, celsius] = columns
  const at = readNumber(index)
  if (columns.length !== 7 || at === null || !Number.isInteger(at)) return null
  const bytes = (text: string | undefined): number | null => {
    const value = readNumber(text)
    return value === null ? null : value * mebibyte
  }
  return {
    index: at,
    name: name.replace(/^NVIDIA\s+/, '').slice(0, 60),
    usePercent: readPercent(use),
    usedBytes: bytes(used),
    totalBytes: bytes(total),
    celsius: readNumber(celsius),
    processes: (processes.get(uuid) ?? []).slice(0, maxGpuProcesses),
  }
}

/** By the UUID of the GPU: indexes change with what is asked, UUIDs do not. */
function readProcesses(lines: readonly string[]): Map<string, ToldGpu['processes'][number][]> {
  const byGpu = new Map<string, ToldGpu['processes'][number][]>()
  for (const line of lines) {
    const [uuid, pidText, used] = line.split(',').map((column) => column.trim())
    const pid = readNumber(pidText)
    if (uuid === undefined || pid === null || !Number.isInteger(pid) || pid === 0) continue
    const size = readNumber(used)
    const list = byGpu.get(uuid) ?? []
    list.push({ pid, bytes: size === null ? null : size * mebibyte })
    byGpu.set(uuid, list)
  }
  return byGpu
}
