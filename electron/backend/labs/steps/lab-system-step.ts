import { checkMachine, choosePlace } from '../../provisioning/install/check-machine.ts'
import { findInstalled, versionOf } from '../../provisioning/install/installed-program.ts'
import { readMachineFacts } from '../../provisioning/install/machine-facts.ts'
import { findProgram, unpackable } from '../../provisioning/install/program-files.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import type { LabContext } from './lab-context.ts'

/** Processor, libc, room on the disk; and an npc of ours that is there already. */
export const labSystemStep: StepDefinition<LabContext> = {
  id: 'system',
  async run({ workplace, programsFolder, found }, { signal, fact }) {
    const shell = await workplace.shell(signal)
    const { host } = shell.session.address
    const machine = await readMachineFacts(shell, { signal })
    fact('system', { os: machine.os, arch: machine.machine, kernel: machine.kernel, libc: machine.libc })
    const target = checkMachine(host, machine, ['linux', 'linux-musl', 'darwin'])
    const file = await findProgram(programsFolder, {
      program: 'npc',
      ...target,
      accepts: unpackable(machine),
    })
    const owner = await workplace.owner(signal)
    const { place, neededBytes } = choosePlace(host, machine, file, {
      installsUnder: owner.as === 'root' ? '/usr' : 'home',
    })
    fact('disk-free', { path: place.mount, freeBytes: place.freeBytes, neededBytes })
    found.upload = { file, place }
    found.installed = await findInstalled('npc', owner, { signal })
    if (found.installed) fact('agent-found', { ...versionOf(found.installed) })
    return 'done'
  },
}
