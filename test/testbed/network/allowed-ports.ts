/** Ports from `first` to `last`, both included. */
export interface PortSpan {
  readonly first: number
  readonly last: number
}

export const allPorts: PortSpan = { first: 0, last: 65_535 }

/** Reads `22`, `7000-9000` or `7000/9000`, the two ways in which security groups are written. */
export function parsePortRange(text: string): PortSpan {
  const match = /^(\d{1,5})(?:[-/](\d{1,5}))?$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  if (match === null || last < first || last > allPorts.last) {
    throw new Error(`"${text}" is not a port range. Write a port (22) or two, the smaller first (7000-9000).`)
  }
  return { first, last }
}

/** The ports that are in `ranges` or in `added`, as sorted ranges that neither touch nor overlap. */
export function addPorts(ranges: readonly PortSpan[], added: PortSpan): PortSpan[] {
  const merged: PortSpan[] = []
  for (const range of [...ranges, added].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1)
    if (previous !== undefined && range.first <= previous.last + 1) {
      merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) }
    } else {
      merged.push(range)
    }
  }
  return merged
}

/** The ports that are in `ranges` and not in `removed`. */
export function removePorts(ranges: readonly PortSpan[], removed: PortSpan): PortSpan[] {
  return ranges.flatMap(({ first, last }) =>
    [
      { first, last: Math.min(last, removed.first - 1) },
      { first: Math.max(first, removed.last + 1), last },
    ].filter((part) => part.first <= part.last),
  )
}
