import type { PortRange, PortReport, PortState } from '@nps-desktop/electron/contract'

/** Ports of one square of the port grid. */
export const cellSize = 50
/** How many of a cell are tried before all are: enough to see the picture within two seconds. */
export const samplesPerCell = 4

/** The range cut into neighbours of up to `cellSize`. */
export function cellsOf({ from, to }: PortRange): PortRange[] {
  const cells: PortRange[] = []
  for (let start = from; start <= to; start += cellSize) {
    cells.push({ from: start, to: Math.min(start + cellSize - 1, to) })
  }
  return cells
}

/** A few ports of a cell, spread over it, both ends among them. */
export function samplesOf({ from, to }: PortRange): number[] {
  const count = Math.min(samplesPerCell, to - from + 1)
  if (count === 1) return [from]
  return Array.from({ length: count }, (_, index) => from + Math.round((index * (to - from)) / (count - 1)))
}

/** The order in which to try: samples of every cell first, then the rest. */
export function tryingOrder(range: PortRange): { samples: number[]; rest: number[] } {
  const samples = cellsOf(range).flatMap(samplesOf)
  const sampled = new Set(samples)
  const rest: number[] = []
  for (let port = range.from; port <= range.to; port++) if (!sampled.has(port)) rest.push(port)
  return { samples, rest }
}

/** Counts for the report from what is known of each port. Ports without an entry were not tried. */
export function summarize(
  range: PortRange,
  states: ReadonlyMap<number, PortState>,
): Pick<PortReport, 'cells' | 'tried' | 'open' | 'noAnswer' | 'closedOnServer'> {
  const cells = cellsOf(range).map((cell) => {
    const known: PortState[] = []
    for (let port = cell.from; port <= cell.to; port++) {
      const state = states.get(port)
      if (state !== undefined && state !== 'untried') known.push(state)
    }
    return { ...cell, tried: known.length, open: known.filter(isOpen).length, state: cellState(known) }
  })
  const all = [...states].filter(([port]) => port >= range.from && port <= range.to).map(([, state]) => state)
  return {
    cells,
    tried: all.filter((state) => state !== 'untried').length,
    open: all.filter(isOpen).length,
    noAnswer: all.filter((state) => state === 'no-answer').length,
    closedOnServer: all.filter((state) => state === 'closed-on-server').length,
  }
}

/** An answer of any kind, a refusal included, means that the way is open. */
export function isOpen(state: PortState): boolean {
  return state === 'open' || state === 'refused-open' || state === 'used'
}

/** The worst state in a cell: one silent port is what a person needs to know about. */
function cellState(known: readonly PortState[]): PortState {
  for (const state of ['no-answer', 'closed-on-server', 'used'] as const)
    if (known.includes(state)) return state
  return known.length === 0 ? 'untried' : 'open'
}
