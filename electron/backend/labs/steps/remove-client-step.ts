import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { type LabContext, labOf } from './lab-context.ts'

/** Removes the lab box and its tunnels from the relay: its key is worthless from now on. */
export const removeClientStep: StepDefinition<Pick<LabContext, 'labId' | 'storage' | 'relays'>> = {
  id: 'remove-client',
  async run(context, { signal, fact }) {
    const { clientId, serverId, name } = labOf(context)
    if (clientId === null) return 'skipped'
    const { clients } = await context.relays.reach(serverId, { signal })
    const isThere = (await clients.list({}, { signal })).some(({ id }) => id === clientId)
    if (!isThere) return 'skipped'
    await clients.remove({ id: clientId }, { signal })
    fact('removed', { what: name })
    return 'done'
  },
}
