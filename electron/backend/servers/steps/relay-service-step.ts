import { apartFlags, apartFolder, installProgram } from '../../provisioning/install/installed-program.ts'
import { writtenPaths } from '../../provisioning/install/written-paths.ts'
import { endUpload, programPath } from '../../provisioning/install/upload-steps.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { type ServerContext, serverOf } from './server-context.ts'

/** The program makes itself a service, and tells which kind it got. */
export const relayServiceStep: StepDefinition<ServerContext> = {
  id: 'service',
  async run(context, { signal, fact, writes }) {
    const { workplace, found, storage } = context
    const owner = await workplace.owner(signal)
    const installed = await installProgram('nps', owner, programPath(found), {
      flags: (found.apart ?? false) || found.installed?.folder === apartFolder ? apartFlags : [],
      signal,
    })
    found.installed = installed
    writes(writtenPaths('nps', installed))
    const server = serverOf(context)
    storage.servers.put({
      ...server,
      installed: {
        as: owner.as,
        service: installed.service,
        programPath: installed.programPath,
        folder: installed.folder,
        firewallRules: server.installed?.firewallRules ?? [],
      },
    })
    fact('start-kind', { kind: installed.service })
    for (const reason of installed.reasons) fact('start-kind-reason', { reason })
    await endUpload(context, { signal })
    return 'done'
  },
}
