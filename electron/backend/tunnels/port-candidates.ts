import type { PortRange, PortReport } from '@nps-desktop/electron/contract'

/** Ports to try for a new tunnel, best first: the lowest of the range that no one uses and that the last check found open. */
export function* portCandidates(options: {
  readonly range: PortRange
  readonly report: PortReport | null
  /** Ports of other tunnels, the bridge and the console. */
  readonly taken: ReadonlySet<number>
}): Generator<number> {
  const { range, report, taken } = options
  const used = new Set(report?.used.map(({ port }) => port))
  for (let port = range.from; port <= range.to; port += 1) {
    if (!taken.has(port) && !used.has(port) && (report === null || mayBeOpen(report, port))) yield port
  }
}

/** A port outside the checked cells was not tried, which is no reason against it. */
function mayBeOpen(report: PortReport, port: number): boolean {
  const state = report.cells.find((cell) => port >= cell.from && port <= cell.to)?.state
  return state !== 'no-answer' && state !== 'closed-on-server' && state !== 'used'
}
