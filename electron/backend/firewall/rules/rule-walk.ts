export type Protocol = 'tcp' | 'udp'

/** What a packet filter does with a new TCP connection, or the first UDP packet, from outside. */
export type Verdict = 'accept' | 'drop' | 'reject'

/** A new TCP connection or UDP packet from another machine to `port`, arriving at network interface `by`. */
export interface ArrivingPacket {
  readonly protocol: Protocol
  readonly port: number
  readonly by: string
}

/** Whether an interface pattern (`eth0`, `eth*`, `eth+`) means the one a arrival arrives at. */
export function isInterface(pattern: string, by: string): boolean {
  return /[*+]$/.test(pattern) ? by.startsWith(pattern.slice(0, -1)) : pattern === by
}

/** Whether a rule is about the arrival; null: a condition that this app does not understand. */
export type Condition = (arrival: ArrivingPacket) => boolean | null

export interface FirewallRule {
  readonly conditions: readonly Condition[]
  readonly action:
    | { readonly kind: Verdict }
    | { readonly kind: 'jump' | 'goto'; readonly chain: string }
    | { readonly kind: 'return' }
    | { readonly kind: 'continue' }
    /** A verdict for each port of a map; none for the others. */
    | { readonly kind: 'by-port'; readonly verdictOf: (port: number) => Verdict | null }
}

export interface Chain {
  readonly name: string
  readonly rules: readonly FirewallRule[]
  /** Of chains that the kernel itself calls. */
  readonly policy: Verdict | null
}

/** A loop of jumps cannot be loaded into the kernel; this is for a listing that was cut. */
const deepest = 16

/**
 * What a chain decides on a arrival. A rule with a condition that is not understood is passed over: such rules are about
 * special cases (bad flags, rates, addresses), and to call a port open or closed by them would be a guess.
 */
export function walk(chain: Chain, chains: ReadonlyMap<string, Chain>, arrival: ArrivingPacket): Verdict {
  return walkRules(chain, chains, arrival, 0) ?? chain.policy ?? 'accept'
}

/** Null: the end was reached, or a `return`. */
function walkRules(
  chain: Chain,
  chains: ReadonlyMap<string, Chain>,
  arrival: ArrivingPacket,
  depth: number,
): Verdict | null {
  if (depth > deepest) return null
  for (const { conditions, action } of chain.rules) {
    if (!conditions.every((condition) => condition(arrival) === true)) continue
    switch (action.kind) {
      case 'accept':
      case 'drop':
      case 'reject':
        return action.kind
      case 'return':
        return null
      case 'by-port': {
        const verdict = action.verdictOf(arrival.port)
        if (verdict !== null) return verdict
        break
      }
      case 'jump':
      case 'goto': {
        const next = chains.get(action.chain)
        const verdict = next ? walkRules(next, chains, arrival, depth + 1) : null
        if (verdict !== null || action.kind === 'goto') return verdict
        break
      }
      case 'continue':
    }
  }
  return null
}

/** `22`, `7000-9000` or `7000:9000`; null for anything else, such as a name. */
export function parsePorts(text: string): ((port: number) => boolean) | null {
  const match = /^(\d{1,5})(?:[-:](\d{1,5}))?$/.exec(text.trim())
  if (!match) return null
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return (port) => port >= from && port <= to
}
