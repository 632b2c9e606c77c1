/** What `/proc/<pid>/stat` tells of a process; `startTicks`: hundredths of a second from the machine's start to its own. */
export interface ProcessStat {
  readonly state: string
  readonly startTicks: number
}

/** Undefined for what is no such line, as where there is no such process. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  // The name, in parentheses, may hold anything; state is the first field behind it, and the start the twentieth (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = ''] = fields
  const startTicks = Number(fields[19])
  return text === '' || !Number.isFinite(startTicks) ? undefined : { state, startTicks }
}
