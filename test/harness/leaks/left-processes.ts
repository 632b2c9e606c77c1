import { readdirSync, readFileSync } from 'node:fs'

/**
 * Programs that run with `mark` in their environment, as `4711 nps -conf_path=…`: those that this process has started, and what
 * those have started, also after their parent has gone. Empty where there is no /proc.
 */
export function processesMarked(mark: string): string[] {
  if (process.platform !== 'linux') return []
  const found: string[] = []
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const environment = readOf(pid, 'environ')
    if (environment === null || !environment.includes(mark)) continue
    found.push(`${pid} ${(readOf(pid, 'cmdline') ?? '').replaceAll('\0', ' ').trim()}`)
  }
  return found
}

/** Null: it has ended, or belongs to somebody else. */
function readOf(pid: string, file: 'environ' | 'cmdline'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null
    throw error
  }
}
