import type { PortReport } from '@nps-desktop/electron/contract'
import { AppError } from '../../failures/app-error.ts'
import { checkPorts } from '../../firewall/check-ports.ts'
import { tryPort } from '../../firewall/try-port.ts'
import type { StepDefinition, StepReport } from '../../provisioning/jobs/step-definition.ts'
import { linkFailure } from '../../relays/link-failure.ts'
import { adminKeySecret } from '../../relays/relays.ts'
import { need } from '../../provisioning/install/upload-steps.ts'
import { mergeSameRelay } from './same-relay.ts'
import { portsBlocked } from './ports-blocked.ts'
import { hostOf, type ServerContext, serverOf } from './server-context.ts'

const connectTimeoutMs = 12_000
const attemptTimeoutMs = 1_500
/** Providers let these in from the start, more often than not. */
const oftenOpen = [443, 80]

/** This computer reaches the bridge, which proves the key that ssh told, and lets the app in. */
export const bridgeStep: StepDefinition<ServerContext> = {
  id: 'bridge',
  async run(context, { signal, fact, ports }) {
    const { storage, serverId, connect, found, wanted } = context
    const host = hostOf(context)
    const { port, adminKey, fingerprint } = need(found.access, 'the way in')
    const started = performance.now()
    const both = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)])
    try {
      const connection = await connect({ host, port, adminKey, fingerprint, signal: both })
      const ms = Math.round(performance.now() - started)
      try {
        const { version } = await connection.client.status.get({}, { signal: both })
        // throws where the server was removed meanwhile: its key is not kept then
        serverOf(context)
        await storage.secrets.set(adminKeySecret(serverId), adminKey.reveal())
        const relay = { host, bridgePort: port, fingerprint, version, range: wanted.range }
        mergeSameRelay(storage, serverId, fingerprint)
        storage.servers.put({ ...serverOf(context), relay })
        fact('bridge-open', { port, ms })
        found.reached = true
        return 'done'
      } finally {
        connection.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      const failure = linkFailure(error, { host, port })
      if (failure.code !== 'relay-unreachable' && failure.code !== 'timeout') throw error
      throw await explainBlocked(context, host, port, { signal, ports })
    }
  },
}

/**
 * nps listens, as the step before has shown: so something on the way drops what comes. The tunnels' range is looked at in
 * the same breath, because whoever opens one port in a provider's console should open all of them there.
 */
async function explainBlocked(
  { workplace, wanted }: ServerContext,
  host: string,
  port: number,
  { signal, ports }: Pick<StepReport, 'signal' | 'ports'>,
): Promise<AppError> {
  const { as, shell } = await workplace.owner(signal)
  const { range } = wanted
  const target = { host, bridgePort: port, range, shell, isRoot: as === 'root', samplesOnly: true }
  const report = await checkPorts(target, { onReport: ports, signal })
  ports(report)
  if (report.bridge.state !== 'no-answer' && report.bridge.state !== 'closed-on-server') {
    return new AppError(
      'bridge-blocked',
      `Port ${port} of ${host} takes connections, but nps could not be spoken to through it.`,
      { host, port },
      { fixes: [{ action: 'retry' }] },
    )
  }
  const way = report.cause === 'host-firewall' ? null : await openPort(host, report, signal)
  return portsBlocked(host, report, way === null ? [] : [{ action: 'use-port', port: way }])
}

/** Where somebody who may open no port could let nps listen: a port that is let in already, and that nobody has. */
async function openPort(host: string, report: PortReport, signal: AbortSignal): Promise<number | null> {
  const inRange = report.cells.find(({ state, open }) => state === 'open' && open > 0)?.from
  for (const port of [...(inRange === undefined ? [] : [inRange]), ...oftenOpen]) {
    const { answer } = await tryPort(host, port, { timeoutMs: attemptTimeoutMs, signal })
    if (answer === 'refused') return port
  }
  return null
}
