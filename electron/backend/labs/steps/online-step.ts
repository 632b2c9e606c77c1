import type { Client } from '@nps-desktop/relay-core/api'
import { AppError } from '../../failures/app-error.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { need } from '../../provisioning/install/upload-steps.ts'
import { bridgeAddress } from '../../relays/bridge-address.ts'
import { readAgentKey } from './read-agent-key.ts'
import { type LabContext, labOf, relayOf } from './lab-context.ts'

/** An agent waits at most 20 s between two attempts. */
const onlineTimeoutMs = 30_000

/** The relay says that the lab box is there. */
export const onlineStep: StepDefinition<LabContext> = {
  id: 'online',
  async run(context, { signal, fact }) {
    const { relays, machine, found, storage } = context
    const { serverId, clientId, name } = labOf(context)
    const { clients } = await relays.reach(serverId, { signal })
    const deadline = AbortSignal.timeout(onlineTimeoutMs)
    const client = await waitOnline(clients, clientId, AbortSignal.any([signal, deadline])).catch(
      (error: unknown) => {
        if (deadline.aborted && !signal.aborted) return null
        throw error
      },
    )
    signal.throwIfAborted()
    const there = await machine(signal)
    const installed = need(found.installed, 'the installation')
    if (client?.agent.state === 'online') {
      fact('agent-online', { address: client.agent.address, version: client.agent.version })
      const agentKey = await readAgentKey(there, installed, { signal })
      if (agentKey !== null) storage.labs.put({ ...labOf(context), agentKey })
      return 'done'
    }
    const { stdout, stderr } = await there.command(installed, ['status'], { signal })
    const said = (stdout.trim() || stderr.trim()).slice(0, 300)
    const relay = relayOf(context)
    throw new AppError(
      'agent-not-online',
      `npc was started on ${name}, but it did not come online at ${bridgeAddress(relay)} within ${onlineTimeoutMs / 1000} s. ${said}`,
      { lab: name, host: relay.host, port: relay.bridgePort, seconds: onlineTimeoutMs / 1000, said },
      { fixes: [{ action: 'retry' }] },
    )
  },
}

type Clients = ReturnType<LabContext['relays']['api']>['clients']

async function waitOnline(clients: Clients, id: number | null, signal: AbortSignal): Promise<Client | null> {
  for await (const list of await clients.watch({}, { signal })) {
    const found = list.find((client) => client.id === id)
    if (found?.agent.state === 'online') return found
  }
  return null
}
