import type { PortReport } from '@nps-desktop/electron/contract'
import { AppError } from '../../app-error.ts'
import { checkPorts } from '../../firewall/check-ports.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { hostOf, type ServerContext, serverOf } from '../server-context.ts'

/** Every port of the range, from this computer; fails while some are shut, and says by what. */
export const portRangeStep: StepDefinition<ServerContext> = {
  id: 'port-range',
  async run(context, { signal, fact, progress, ports }) {
    const { workplace, storage, wanted } = context
    const server = serverOf(context)
    const host = hostOf(context)
    const owner = server.address ? await workplace.owner(signal) : null
    const total = wanted.range.to - wanted.range.from + 1
    const report = await checkPorts(
      {
        host,
        bridgePort: server.relay?.bridgePort ?? wanted.bridgePort,
        range: wanted.range,
        shell: owner?.shell ?? null,
        isRoot: owner?.as === 'root',
      },
      {
        onReport: (soFar) => {
          ports(soFar)
          progress(soFar.tried, total, 'ports')
        },
        signal,
      },
    )
    ports(report)
    storage.servers.put({ ...serverOf(context), ports: report })
    fact('ports-open', {
      from: wanted.range.from,
      to: wanted.range.to,
      open: report.open,
      tried: report.tried,
    })
    if (report.cause !== 'none') throw blocked(host, report)
    return 'done'
  },
}

/** Texts: docs/errors.md. */
function blocked(host: string, report: PortReport): AppError {
  const { range, hostFirewall, provider, cause } = report
  const params = { host, ports: `${range.from}-${range.to}` }
  const ports = `Ports ${range.from}–${range.to}`
  if (cause === 'host-firewall') {
    const { tool = 'unknown', command = '' } = hostFirewall ?? {}
    return new AppError(
      'ports-blocked-by-host-firewall',
      `${ports} are closed by the own firewall of ${host} (${tool}). The rule to add: ${command}`,
      { ...params, tool, command },
      { fixes: [{ action: 'open-host-firewall' }, { action: 'copy', text: command }, { action: 'retry' }] },
    )
  }
  const { id = 'unknown', rule, consoleUrl = null } = provider ?? {}
  const wanted = rule
    ? `${rule.protocol} ${rule.ports} ${rule.source}`
    : `TCP ${range.from}-${range.to} 0.0.0.0/0`
  const fixes = [
    ...(consoleUrl === null ? [] : [{ action: 'open-url' as const, url: consoleUrl, label: id }]),
    { action: 'copy' as const, text: wanted },
    { action: 'retry' as const },
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
