import type { PortRange, PortReport, PortState } from '@nps-desktop/electron/contract'
import { type FirewallChange, runsOf } from './firewall-change.ts'
import { type HostFirewall, judgeHostFirewall } from './host-firewall.ts'
import { summarize } from './port-cells.ts'
import { describeProvider, type ProviderClues } from './providers.ts'

/** Everything that was found out about the ports of a server. */
export interface PortFindings {
  readonly range: PortRange
  readonly bridge: { readonly port: number; readonly state: PortState; readonly ms: number | null }
  /** What came back on each port, as seen from this computer. */
  readonly states: ReadonlyMap<number, PortState>
  /** Listeners of other programs inside the range. */
  readonly used: readonly { readonly port: number; readonly program: string }[]
  /** What listens for others outside the range, but for the bridge. */
  readonly others: NonNullable<PortReport['others']>
  /** Null: it could not be read, for want of root or of ssh. */
  readonly firewall: HostFirewall | null
  /** The UDP ports for direct links that nps has; `answered` is null where they could not be asked. Null: not known. */
  readonly rendezvous: {
    readonly ports: readonly number[]
    readonly answered: ReadonlyMap<number, number> | null
  } | null
  /** What would open the firewall; empty when nothing of it is in the way. */
  readonly changes: readonly FirewallChange[]
  readonly clues: ProviderClues | null
  readonly checkedAtMs: number
}

/** Puts the findings together: which ports are open, and what keeps the others shut. Pure. */
export function makePortReport(findings: PortFindings): PortReport {
  const { range, firewall, clues, used, changes } = findings
  const states = new Map(
    [...findings.states].map(([port, state]) => [port, withFirewall(port, state, firewall)]),
  )
  const bridge = {
    ...findings.bridge,
    state: withFirewall(findings.bridge.port, findings.bridge.state, firewall),
  }
  const counts = summarize(range, states)
  const closed = counts.closedOnServer > 0 || bridge.state === 'closed-on-server'
  const silent = counts.noAnswer > 0 || bridge.state === 'no-answer'
  const cause = closed ? 'host-firewall' : !silent ? 'none' : firewall ? 'security-group' : 'unknown'
  const rendezvous = reportRendezvous(findings)
  const isShown = silent || rendezvous?.state === 'no-answer'
  const [first] = changes
  const kept = changes.find((change) => change.kept)?.kept
  return {
    range,
    bridge,
    ...counts,
    used: [...used],
    others: findings.others.map((one) => ({ ...one, state: withFirewall(one.port, one.state, firewall) })),
    cause,
    hostFirewall: first
      ? {
          tool: first.tool,
          command: changes.map(({ command }) => command).join(' && '),
          canApply: changes.some((change) => !change.kept),
          ...(kept && { kept }),
        }
      : null,
    provider:
      isShown && clues
        ? describeProvider(clues, {
            tcp: shutPorts({ range, bridge, ...counts }),
            udp: rendezvous && rendezvous.state !== 'open' ? runsOf(rendezvous.ports) : [],
          })
        : null,
    rendezvous,
    checkedAtMs: findings.checkedAtMs,
  }
}

/** Optional ports: what keeps them shut is told apart from what keeps tunnels shut. */
function reportRendezvous({ rendezvous, firewall }: PortFindings): PortReport['rendezvous'] {
  if (!rendezvous || rendezvous.ports.length === 0) return null
  const { answered } = rendezvous
  const ports = [...rendezvous.ports]
  const shut = ports.filter((port) => answered?.has(port) !== true)
  if (!answered) return { ports, state: 'untried', ms: null, cause: 'none' }
  if (shut.length === 0) return { ports, state: 'open', ms: Math.min(...answered.values()), cause: 'none' }
  const isOwnDoing = firewall && shut.some((port) => judgeHostFirewall(firewall, port, 'udp'))
  return isOwnDoing
    ? { ports, state: 'closed-on-server', ms: null, cause: 'host-firewall' }
    : { ports, state: 'no-answer', ms: null, cause: firewall ? 'security-group' : 'unknown' }
}

/**
 * What is seen from outside, explained by the rules inside. A refusal counts as an open way, unless the machine's own
 * rules refuse that port; silence is the machine's own doing when its rules say so.
 */
function withFirewall(port: number, state: PortState, firewall: HostFirewall | null): PortState {
  if (!firewall || (state !== 'no-answer' && state !== 'refused-open')) return state
  const judged = judgeHostFirewall(firewall, port)
  if (state === 'no-answer' && judged) return 'closed-on-server'
  return state === 'refused-open' && judged?.verdict === 'reject' ? 'closed-on-server' : state
}

/** The ports that have to be opened: the range as a whole, and the bridge's where it is not in it. */
export function shutPorts({
  range,
  bridge,
  noAnswer,
  closedOnServer,
}: Pick<PortReport, 'range' | 'bridge' | 'noAnswer' | 'closedOnServer'>): PortRange[] {
  const isBridgeShut = bridge.state === 'no-answer' || bridge.state === 'closed-on-server'
  const isRangeShut = noAnswer + closedOnServer > 0
  const isInside = bridge.port >= range.from && bridge.port <= range.to
  const ofRange = isRangeShut || (isBridgeShut && isInside) ? [range] : []
  return isBridgeShut && !isInside ? [{ from: bridge.port, to: bridge.port }, ...ofRange] : ofRange
}
