import { checkPorts } from '../../firewall/check-ports.ts'
import { tryRendezvous } from '../../firewall/try-rendezvous.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { portsBlocked } from './ports-blocked.ts'
import { hostOf, type ServerContext, serverOf } from './server-context.ts'

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
        askRendezvous: (signal) => tryRendezvous(context.reach, host, { log: context.log, signal }),
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
    if (report.cause !== 'none') throw portsBlocked(host, report)
    return 'done'
  },
}
