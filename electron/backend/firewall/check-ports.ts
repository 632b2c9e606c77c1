import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import type { PortRange, PortReport, PortState } from '@nps-desktop/electron/contract'
import type { RemoteShell } from '../ssh/shell/remote-shell.ts'
import { detectProvider } from './detect-provider.ts'
import { changesFor } from './firewall-change.ts'
import { readHostFirewall } from './host-firewall.ts'
import { type ListeningPort, readListeningPorts, readRendezvousPorts } from './listening-ports.ts'
import { makePortReport, type PortFindings } from './port-report.ts'
import { scanPorts, stateOf } from './scan-ports.ts'
import { tryPort } from './try-port.ts'
import type { RendezvousAnswer } from './try-rendezvous.ts'

/** A distant bridge may take longer than a port of the grid. */
const bridgeTimeoutMs = 5_000
const otherTimeoutMs = 1_500
/** A machine with more public ports than that is not for tunnels alone, and its list is cut. */
const maxOthers = 12

export interface PortCheckTarget {
  /** As visitors reach the server. */
  readonly host: string
  readonly bridgePort: number
  readonly range: PortRange
  /** A shell on the server, as root where that is possible; null without ssh. */
  readonly shell: RemoteShell | null
  readonly isRoot: boolean
  /** Asks the relay's UDP ports from this computer; left out while there is no way to the relay. */
  readonly askRendezvous?: (signal: AbortSignal) => Promise<RendezvousAnswer | null>
  /** Only a few of each fifty, in about two seconds. */
  readonly samplesOnly?: boolean
}

/** Tries every port from this computer and finds out why some are closed. Calls back with each intermediate report. */
export async function checkPorts(
  { host, bridgePort, range, shell, isRoot, askRendezvous, samplesOnly }: PortCheckTarget,
  {
    onReport,
    signal,
    clock = systemClock,
  }: { onReport: (report: PortReport) => void; signal: AbortSignal; clock?: Clock },
): Promise<PortReport> {
  const listening = (shell && (await readListeningPorts(shell, { signal }))) ?? []
  // Ports inside the range on which nps itself listens are tunnels.
  const used = listening.filter(
    ({ port, program }) => port >= range.from && port <= range.to && program !== 'nps',
  )
  const bridge = await tryBridge(host, bridgePort, signal)
  const firewall = shell && isRoot ? await readHostFirewall(shell, { signal }) : null
  const rendezvous =
    (await askRendezvous?.(signal)) ??
    (shell ? { ports: await readRendezvousPorts(shell, bridgePort, { signal }), answered: null } : null)
  const others = samplesOnly ? [] : await tryOthers(host, listening, { bridgePort, range, signal })
  let findings: PortFindings = {
    range,
    bridge,
    others,
    states: new Map(),
    used: used.map(({ port, program }) => ({ port, program })),
    firewall,
    changes: firewall ? changesFor(firewall, { bridgePort, range, rendezvous: rendezvous?.ports ?? [] }) : [],
    rendezvous,
    clues: null,
    checkedAtMs: clock.now(),
  }
  const states = await scanPorts(host, range, {
    used: new Set(used.map(({ port }) => port)),
    onProgress: (soFar) => onReport(makePortReport({ ...findings, states: soFar })),
    samplesOnly,
    signal,
  })
  findings = { ...findings, states, checkedAtMs: clock.now() }
  const report = makePortReport(findings)
  const isShut = [report.bridge.state, report.rendezvous?.state].includes('no-answer') || report.noAnswer > 0
  if (!shell || !isShut) return report
  return makePortReport({ ...findings, clues: await detectProvider(shell, { signal }) })
}

/** What the server has for others besides tunnels: its own ssh, the console, a web server. */
async function tryOthers(
  host: string,
  listening: readonly ListeningPort[],
  { bridgePort, range, signal }: { bridgePort: number; range: PortRange; signal: AbortSignal },
): Promise<PortFindings['others']> {
  const others = listening
    .filter(({ port, isLocal }) => !isLocal && port !== bridgePort && (port < range.from || port > range.to))
    .slice(0, maxOthers)
  return await Promise.all(
    others.map(async ({ port, program }) => {
      const { answer, ms } = await tryPort(host, port, { timeoutMs: otherTimeoutMs, signal })
      return { port, program, state: stateOf(answer, false), ms: answer === 'accepted' ? ms : null }
    }),
  )
}

async function tryBridge(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<{ port: number; state: PortState; ms: number | null }> {
  const { answer, ms } = await tryPort(host, port, { timeoutMs: bridgeTimeoutMs, signal })
  const state = stateOf(answer, false)
  return { port, state, ms: answer === 'accepted' ? ms : null }
}
