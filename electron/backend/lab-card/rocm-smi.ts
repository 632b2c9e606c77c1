import { z } from 'zod'
import { machineWords } from '../ssh/no-shell.ts'
import { readNumber, readPercent, type Sections } from './sections.ts'
import { maxGpuProcesses, maxGpus, noGpus, type ToldGpu, type ToldGpus } from './told-gpu.ts'

const printed = z.record(z.string(), z.record(z.string(), z.string()))

/**
 * What `rocm-smi --json` printed. Its names differ between versions ("Card series", "Card Series"), and warnings may stand
 * around the JSON. It does not say which GPU a process is on, so only a machine with one GPU has them beside it.
 */
export function readRocmSmi(sections: Sections): ToldGpus {
  const [code, ...lines] = sections.get('rocm') ?? []
  if (code === undefined) return noGpus
  const text = lines.join('\n')
  const told = readJson(text)
  if (!told) {
    const said = machineWords(text)
    // a machine without such a card says so and ends well
    if (code === '0' || /no (amd )?gpus? (specified|found|detected)/i.test(said)) return noGpus
    return { gpus: [], fault: { tool: 'rocm-smi', said: said || `exit code ${code}` } }
  }
  const cards = Object.entries(told).flatMap(([name, values]) => {
    const index = /^card(\d{1,3})$/.exec(name)?.[1]
    return index === undefined ? [] : [{ index: Number(index), values }]
  })
  const processes = readProcesses(told['system'] ?? {})
  const gpus = cards
    .toSorted((a, b) => a.index - b.index)
    .slice(0, maxGpus)
    .map(({ index, values }): ToldGpu => {
      const value = (pattern: RegExp): string | undefined =>
        Object.entries(values).find(([name]) => pattern.test(name))?.[1]
      return {
        index,
        name: nameOf(value(/^card series$/i), value(/^card model$/i)),
        usePercent: readPercent(value(/^gpu use \(%\)$/i)),
        usedBytes: readNumber(value(/^vram total used memory \(b\)$/i)),
        totalBytes: readNumber(value(/^vram total memory \(b\)$/i)),
        celsius: readNumber(
          value(/^temperature \(sensor edge\)/i) ?? value(/^temperature \(sensor junction\)/i),
        ),
        processes: cards.length === 1 ? processes.slice(0, maxGpuProcesses) : [],
      }
    })
  return { gpus, fault: null }
}

function readJson(text: string): z.infer<typeof printed> | null {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (from < 0 || to < from) return null
  try {
    const parsed = printed.safeParse(JSON.parse(text.slice(from, to + 1)))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** `"PID2733": "python, 1, 4915195904, 0, 42"`: name, how many GPUs, bytes of VRAM, and more. */
function readProcesses(system: Readonly<Record<string, string>>): { pid: number; bytes: number | null }[] {
  return Object.entries(system).flatMap(([name, words]) => {
    const pid = /^PID(\d{1,10})$/.exec(name)?.[1]
    if (pid === undefined || Number(pid) === 0) return []
    return [{ pid: Number(pid), bytes: readNumber(words.split(',')[2]) }]
  })
}

function nameOf(series: string | undefined, model: string | undefined): string {
  const known = [series, model].find((name) => name !== undefined && !/^(0x|N\/A)/i.test(name))
  return (known ?? 'AMD GPU').replace(/^(AMD|Advanced Micro Devices)\s+/, '').slice(0, 60)
}
