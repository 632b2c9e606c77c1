import { AppError } from '../../app-error.ts'
import { detectProvider } from '../../firewall/detect-provider.ts'
import { changesFor } from '../../firewall/firewall-change.ts'
import { judgeHostFirewall, readHostFirewall } from '../../firewall/host-firewall.ts'
import { describeProvider } from '../../firewall/providers.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { linkFailure } from '../../relays/link-failure.ts'
import { adminKeySecret } from '../../relays/relays.ts'
import { need } from '../../install/upload-steps.ts'
import { hostOf, type ServerContext, serverOf } from '../server-context.ts'

const connectWithinMs = 12_000

/** This computer reaches the bridge, which proves the key that ssh told, and lets the app in. */
export const bridgeStep: StepDefinition<ServerContext> = {
  id: 'bridge',
  async run(context, { signal, fact }) {
    const { storage, serverId, connect, found, wanted } = context
    const host = hostOf(context)
    const { port, adminKey, fingerprint } = need(found.door, 'the way in')
    const started = performance.now()
    const both = AbortSignal.any([signal, AbortSignal.timeout(connectWithinMs)])
    try {
      const connection = await connect({ host, port, adminKey, fingerprint, signal: both })
      const ms = Math.round(performance.now() - started)
      try {
        const { version } = await connection.client.status.get({}, { signal: both })
        await storage.secrets.set(adminKeySecret(serverId), adminKey.reveal())
        const relay = { host, bridgePort: port, fingerprint, version, range: wanted.range }
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
      throw await explainBlocked(context, host, port, signal)
    }
  },
}

/** nps listens, as the step before has shown: so something on the way drops what comes. */
async function explainBlocked(
  { workplace, wanted }: ServerContext,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<AppError> {
  const { as, shell } = await workplace.owner(signal)
  const firewall = as === 'root' ? await readHostFirewall(shell, { signal }) : null
  const judged = firewall && judgeHostFirewall(firewall, port)
  if (firewall && judged) {
    const command = changesFor(firewall, { bridgePort: port, range: wanted.range })
      .map((one) => one.command)
      .join(' && ')
    return new AppError(
      'bridge-blocked',
      `Port ${port} of ${host} is closed by the server's own firewall (${judged.tool}).`,
      { host, port },
      { fixes: [{ action: 'open-host-firewall' }, { action: 'copy', text: command }, { action: 'retry' }] },
    )
  }
  const { range } = wanted
  // One rule for both, where the range holds the bridge too: nobody likes to go there twice.
  const ports = port >= range.from && port <= range.to ? range : { from: port, to: port }
  const provider = describeProvider(await detectProvider(shell, { signal }), ports)
  const { id, rule, consoleUrl } = provider
  return new AppError(
    'bridge-blocked',
    `nps listens on port ${port} of ${host}, but this computer gets no answer: ${firewall ? 'the security group in front of the server drops it' : 'a firewall on the way drops it'}. Let in TCP ${rule.ports} from ${rule.source}.`,
    { host, port },
    {
      fixes: [
        ...(consoleUrl === null ? [] : [{ action: 'open-url' as const, url: consoleUrl, label: id }]),
        { action: 'copy', text: `TCP ${rule.ports} ${rule.source}` },
        { action: 'retry' },
      ],
    },
  )
}
