import { installProgram, startProgram } from '../../install/installed-program.ts'
import { dropUpload } from '../../install/upload-program.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { need } from '../../servers/server-context.ts'
import { addressOf, type LabContext, labOf, relayOf } from '../lab-context.ts'

/** npc makes itself a service with its key, and tells which kind it got. */
export const serviceStep: StepDefinition<LabContext> = {
  id: 'service',
  async run(context, { signal, fact }) {
    const { workplace, found, storage, relays } = context
    const lab = labOf(context)
    const relay = relayOf(context)
    const owner = await workplace.owner(signal)
    const api = relays.api(lab.serverId)
    const id = lab.clientId ?? (await api.clients.add({ name: lab.name }, { signal })).id
    if (lab.clientId === null) storage.labs.put({ ...lab, clientId: id })
    const { vkey, fingerprint } = await api.clients.command({ id, host: relay.host }, { signal })
    const path =
      need(found.programPath, 'the program') ?? need(found.installed, 'the installed program').programPath
    const installed = await installProgram('npc', owner, path, {
      flags: [`-server=${addressOf(relay)}`, `-fingerprint=${fingerprint}`],
      secretEnv: { name: 'NPC_SERVER_VKEY', value: vkey },
      signal,
    })
    found.installed = installed
    const { service, programPath, folder } = installed
    storage.labs.put({
      ...labOf(context),
      installed: { as: owner.as, service, programPath, folder, firewallRules: [] },
    })
    fact('start-kind', { kind: service })
    for (const reason of installed.reasons) fact('start-kind-reason', { reason })
    if (found.programPath !== null) {
      await dropUpload(await workplace.shell(signal), need(found.upload, 'the upload').place, { signal })
      found.programPath = null
    }
    return 'done'
  },
}

export const startStep: StepDefinition<LabContext> = {
  id: 'start',
  async run({ workplace, found }, { signal }) {
    const owner = await workplace.owner(signal)
    await startProgram('npc', owner, need(found.installed, 'the installation'), 'start', { signal })
    return 'done'
  },
}
