import { labPlatform } from '@nps-desktop/electron/contract'
import { checkMachine, choosePlace } from '../../provisioning/install/check-machine.ts'
import { versionOf } from '../../provisioning/install/installed-program.ts'
import { findProgram, unpackable } from '../../provisioning/install/program-files.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import type { LabContext } from './lab-context.ts'

/** Processor, libc, room on the disk; and an npc of ours that is there already. */
export const labSystemStep: StepDefinition<LabContext> = {
  id: 'system',
  async run({ machine, programFolders, found }, { signal, fact }) {
    const there = await machine(signal)
    const { host, identity } = there
    const facts = await there.facts({ signal })
    fact('system', { os: facts.os, arch: facts.machine, kernel: facts.kernel, libc: facts.libc })
    const target = checkMachine(host, facts, labPlatform.options)
    const file = await findProgram(programFolders, {
      program: 'npc',
      ...target,
      accepts: unpackable(facts),
    })
    const { place, neededBytes } = choosePlace(host, facts, file, {
      installsUnder: identity.as === 'root' && target.platform !== 'windows' ? '/usr' : 'home',
    })
    fact('disk-free', { path: place.mount, freeBytes: place.freeBytes, neededBytes })
    found.upload = { file, place }
    found.installed = await there.findInstalled('npc', { signal })
    if (found.installed) fact('agent-found', { ...versionOf(found.installed) })
    return 'done'
  },
}
