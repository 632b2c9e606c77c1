import type { Fix, PortReport } from '@nps-desktop/electron/contract'
import { AppError } from '../../failures/app-error.ts'
import { spellRange } from '../../firewall/firewall-change.ts'
import { shutPorts } from '../../firewall/port-report.ts'

/**
 * The failure of closed ports, the bridge's and the range's as one: nobody likes to open a firewall twice. `more`: other
 * ways on, after the one that opens them.
 */
export function portsBlocked(host: string, report: PortReport, more: readonly Fix[] = []): AppError {
  const { hostFirewall, provider, cause } = report
  const list = shutPorts(report).map((range) => spellRange(range, '-'))
  const params = { host, ports: list.join(', ') }
  const ports = `Ports ${params.ports}`
  if (cause === 'host-firewall') {
    const { tool = 'unknown', command = '' } = hostFirewall ?? {}
    return new AppError(
      'ports-blocked-by-host-firewall',
      `${ports} are closed by the firewall of ${host} itself (${tool}). The rule to add: ${command}`,
      { ...params, tool, command },
      {
        fixes: [
          ...(hostFirewall?.canApply === false ? [] : [{ action: 'open-host-firewall' as const }]),
          { action: 'copy', text: command },
          ...more,
          { action: 'retry' },
        ],
      },
    )
  }
  const { id = 'unknown', consoleUrl = null } = provider ?? {}
  const rules = [provider?.rule, provider?.udpRule].flatMap((rule) => rule ?? [])
  const wanted =
    rules.map(({ protocol, ports: those, source }) => `${protocol} ${those} ${source}`).join(', ') ||
    `TCP ${params.ports} 0.0.0.0/0`
  const fixes: Fix[] = [
    ...(consoleUrl === null ? [] : [{ action: 'open-url' as const, url: consoleUrl, label: id }]),
    { action: 'copy', text: wanted },
    ...more,
    { action: 'retry' },
  ]
  if (cause === 'security-group') {
    return new AppError(
      'ports-blocked-by-security-group',
      `${ports} get no answer. A security group drops them before they reach ${host}. Add the inbound rule ${wanted}.`,
      { ...params, ...(id === 'unknown' ? {} : { provider: id }) },
      { fixes },
    )
  }
  return new AppError(
    'ports-blocked-somewhere',
    `${ports} get no answer. A firewall on ${host} or in front of it drops them; which one cannot be seen without root. Let in ${wanted}.`,
    params,
    { fixes },
  )
}
