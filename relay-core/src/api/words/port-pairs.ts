/** One tunnel of a range: its port, null where the next free one is taken, and where it leads. */
export interface PortPair {
  readonly port: number | null
  readonly target: string
}

/** Why a port and a target, as they are written, make no tunnels. */
export type PortPairFault =
  /** It is neither a port nor a range of them. */
  | { readonly fault: 'port' | 'target'; readonly text: string }
  | { readonly fault: 'many'; readonly count: number }
  | { readonly fault: 'unequal'; readonly ports: number; readonly targets: number }

/**
 * A port and a target as a person writes them → one pair per tunnel. A range of ports goes with a range of the same length in
 * the target: `9001-9003` and `127.0.0.1:8001-8003`, or `8001-8003`, or one and the same target for all. An empty port is the next
 * free one of each. The targets themselves are not checked. `maxPairs`: more at once is a mistake.
 */
export function pairPorts(
  port: string,
  target: string,
  { maxPairs }: { maxPairs: number },
): readonly PortPair[] | PortPairFault {
  const ports = port.trim() === '' ? null : readRange(port.trim())
  if (ports === undefined) return { fault: 'port', text: port }
  const [, host, range] = /^(|.*:)(\d{1,5}-\d{1,5})$/.exec(target.trim()) ?? []
  const numbers = range === undefined ? null : readRange(range)
  if (numbers === undefined) return { fault: 'target', text: target }
  const count = Math.max(lengthOf(ports), lengthOf(numbers))
  if (count > maxPairs) return { fault: 'many', count }
  if (ports && numbers && lengthOf(ports) !== lengthOf(numbers))
    return { fault: 'unequal', ports: lengthOf(ports), targets: lengthOf(numbers) }
  return Array.from({ length: count }, (_, index) => ({
    port: ports && ports.first + index,
    target: numbers ? `${host}${numbers.first + index}` : target.trim(),
  }))
}

/** Undefined: it is no port and no range. */
function readRange(text: string): { first: number; last: number } | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  return match && first >= 1 && last <= 65_535 && last >= first ? { first, last } : undefined
}

function lengthOf(range: { first: number; last: number } | null): number {
  return range ? range.last - range.first + 1 : 1
}
