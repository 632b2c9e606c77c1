import type { PortRange, PortReport, PortState } from '@nps-desktop/electron/contract'
import type { FirewallChange } from './firewall-change.ts'
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
  /** Null: it could not be read, for want of root or of ssh. */
  readonly firewall: HostFirewall | null
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
  const [first] = changes
  return {
    range,
    bridge,
    ...counts,
    used: [...used],
    cause,
    hostFirewall: first
      ? { tool: first.tool, command: changes.map(({ command }) => command).join(' && '), canApply: true }
      : null,
    provider: silent && clues ? describeProvider(clues, shutPorts({ range, bridge, ...counts })) : null,
    checkedAtMs: findings.checkedAtMs,
  }
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
