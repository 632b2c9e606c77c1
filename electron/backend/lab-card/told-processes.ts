import { readNumber } from './sections.ts'

/** A line of ps. */
export interface ToldProcess {
  readonly pid: number
  readonly user: string
  /** It has ended, and its parent has not asked how. */
  readonly isZombie: boolean
  /** How long it has been running; null where ps writes it in a way of its own. */
  readonly ageMs: number | null
  /** How long it has had a processor, all threads together. */
  readonly cpuMs: number | null
  /** Its mean over its whole life. */
  readonly cpuPercent: number
  readonly residentBytes: number
  readonly command: string
}

const maxLines = 1_000
const kibibyte = 1024
/** Code and signal, a byte each. */
const maxWaitStatus = 0xffff
const line = /^\s*(\d{1,10})\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/

/** The lines of ps, in the columns that `lookScript` asks for. */
export function readProcesses(lines: readonly string[]): ToldProcess[] {
  return lines.slice(0, maxLines).flatMap((text) => {
    const [, pid, user = '', stat = '', age = '', cpu = '', percent, resident = '', command = ''] =
      line.exec(text) ?? []
    if (pid === undefined || Number(pid) === 0) return []
    return [
      {
        pid: Number(pid),
        user,
        isZombie: stat.startsWith('Z'),
        ageMs: readDuration(age),
        cpuMs: readDuration(cpu),
        cpuPercent: readNumber(percent) ?? 0,
        residentBytes: readKibibytes(resident),
        command: command.replaceAll(/\p{Cc}+/gu, ' ').trim(),
      },
    ]
  })
}

/** `[[days-]hours:]minutes:seconds`, with hundredths on macOS, as POSIX has it for ps. */
export function readDuration(text: string): number | null {
  const [, days = '0', clock = ''] = /^(?:(\d{1,6})-)?([\d:.]+)$/.exec(text) ?? []
  const told = clock.split(':')
  const parts = told.flatMap((part) => readNumber(part) ?? [])
  if (parts.length < 2 || parts.length > 3 || parts.length < told.length) return null
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0)
  return Math.round((Number(days) * 86_400 + seconds) * 1_000)
}

/** Busybox writes large ones as `13m`. */
function readKibibytes(text: string): number {
  const [, digits, unit = ''] = /^([\d.]+)([mg]?)$/i.exec(text) ?? []
  const scale = { '': 1, m: kibibyte, g: kibibyte * kibibyte }[unit.toLowerCase()] ?? 1
  return (readNumber(digits) ?? 0) * kibibyte * scale
}

/** How processes that were watched have ended, as far as the kernel still knows: of `/proc/<pid>/stat`. */
export function readEnds(lines: readonly string[]): Map<number, number> {
  const ends = new Map<number, number>()
  for (const text of lines) {
    // the name stands in brackets and may hold any character
    const [pid] = text.split(' ', 1)
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // field 3 is the state, field 52 the status that wait(2) would give: proc_pid_stat(5)
    const status = readNumber(rest[49])
    if (rest[0] !== 'Z' || status === null || status > maxWaitStatus) continue
    ends.set(Number(pid), (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f))
  }
  return ends
}
