import { checkMachine, choosePlace } from '../../provisioning/install/check-machine.ts'
import { readMachineFacts } from '../../provisioning/install/machine-facts.ts'
import { findProgram, unpackable } from '../../provisioning/install/program-files.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import type { ServerContext } from './server-context.ts'

/** A difference of clocks that is worth a line: people compare times in logs. */
const clockNoticeSeconds = 60

/** Processor, libc, kernel, disk, memory, clock. */
export const serverSystemStep: StepDefinition<ServerContext> = {
  id: 'system',
  async run({ workplace, programFolders, found }, { signal, fact }) {
    const shell = await workplace.shell(signal)
    const { host } = shell.session.address
    const machine = await readMachineFacts(shell, { signal })
    fact('system', { os: machine.os, arch: machine.machine, kernel: machine.kernel, libc: machine.libc })
    const target = checkMachine(host, machine, ['linux', 'linux-musl'])
    if (machine.availableBytes !== null) fact('memory-free', { freeBytes: machine.availableBytes })
    if (Math.abs(machine.clockAheadSeconds) > clockNoticeSeconds) {
      fact('clock-off', { seconds: machine.clockAheadSeconds })
    }
    const file = await findProgram(programFolders, {
      program: 'nps',
      ...target,
      accepts: unpackable(machine),
    })
    const { as } = await workplace.owner(signal)
    const { place, neededBytes } = choosePlace(host, machine, file, {
      installsUnder: as === 'root' ? '/usr' : 'home',
    })
    fact('disk-free', { path: place.mount, freeBytes: place.freeBytes, neededBytes })
    found.upload = { file, place }
    return 'done'
  },
}
