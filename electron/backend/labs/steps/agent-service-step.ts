import { serviceFailed, startTimeoutMs } from '../../provisioning/install/installed-program.ts'
import { writtenPaths } from '../../provisioning/install/written-paths.ts'
import { endUpload, need, programPath } from '../../provisioning/install/upload-steps.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { bridgeAddress } from '../../relays/bridge-address.ts'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import { clientOfLab } from './client-of-lab.ts'
import { type LabContext, labOf, relayOf } from './lab-context.ts'

/** npc makes itself a service with its key, and tells which kind it got. */
export const agentServiceStep: StepDefinition<LabContext> = {
  id: 'service',
  async run(context, { signal, fact, writes }) {
    const { machine, found, storage, relays } = context
    const lab = labOf(context)
    const relay = relayOf(context)
    const there = await machine(signal)
    const api = await relays.reach(lab.serverId, { signal })
    const id = await clientOfLab(lab, { storage, relays, signal })
    const { vkey } = await api.clients.command({ id, host: relay.host }, { signal })
    const installed = await there.install('npc', programPath(found), {
      // the identity that the app itself has pinned, which it read by ssh: not what the relay says of itself
      flags: [
        `-server=${bridgeAddress(relay)}`,
        `-fingerprint=${relay.fingerprint}`,
        // `npc install` writes its settings as a whole: without the flag there would be no limit any more
        ...(lab.allowTarget === null ? [] : [`-allow_target=${lab.allowTarget}`]),
        ...(lab.shares?.length ? [`-share=${lab.shares.join(',')}`] : []),
      ],
      secretEnv: { name: 'NPC_SERVER_VKEY', value: vkey },
      signal,
    })
    found.installed = installed
    writes(writtenPaths('npc', installed))
    const { service, folder } = installed
    storage.labs.put({
      ...labOf(context),
      allowTargetThere: lab.allowTarget,
      otherListByLine: false,
      installed: {
        as: there.identity.as,
        service,
        programPath: installed.programPath,
        folder,
        firewallRules: [],
      },
    })
    fact('start-kind', { kind: service })
    for (const reason of installed.reasons) fact('start-kind-reason', { reason })
    await endUpload(context, { signal })
    return 'done'
  },
}

export const startStep: StepDefinition<LabContext> = {
  id: 'start',
  async run({ machine, found }, { signal }) {
    const there = await machine(signal)
    const installed = need(found.installed, 'the installation')
    const result = await there.command(installed, ['start'], { timeoutMs: startTimeoutMs, signal })
    if (result.exitCode !== 0)
      throw serviceFailed(there.host, 'npc', 'start', new RemoteCommandFailed(result).message)
    return 'done'
  },
}
