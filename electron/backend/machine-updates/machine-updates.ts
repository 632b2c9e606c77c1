import type { Clock } from '@nps-desktop/relay-core/async'
import { labOf } from '../labs/steps/lab-context.ts'
import { posixMachine } from '../provisioning/install/posix-machine.ts'
import type { Jobs } from '../provisioning/jobs/jobs.ts'
import type { JobPlan } from '../provisioning/jobs/running-job.ts'
import { type RootWish, Workplace } from '../provisioning/jobs/workplace.ts'
import type { Relays } from '../relays/relays.ts'
import { serverOf } from '../servers/steps/server-context.ts'
import type { Machines } from '../ssh/machines.ts'
import type { InstalledRecord, Storage } from '../storage/records.ts'
import { watchAgent, watchRelay } from './until-back.ts'
import type { UpdateContext } from './update-context.ts'
import { updateSteps } from './update-steps.ts'
import type { ProgramFolders } from '../provisioning/install/program-files.ts'

interface MachineUpdatesOptions {
  readonly storage: Storage
  readonly machines: Machines
  readonly jobs: Jobs
  readonly relays: Relays
  readonly programFolders: ProgramFolders
  readonly clock: Clock
  /** The server has the new nps; the workplace is for what is left to do there. */
  readonly onServerUpdated: (serverId: string, workplace: Workplace) => void
}

/** The calls of `machineUpdates`. */
export class MachineUpdates {
  readonly #options: MachineUpdatesOptions

  constructor(options: MachineUpdatesOptions) {
    this.#options = options
  }

  /** Throws `not-found`, and `busy` while something else is done there. */
  server({ serverId }: { serverId: string }): { jobId: string } {
    const { storage, machines, jobs, relays, onServerUpdated } = this.#options
    const { installed } = serverOf({ storage, serverId })
    const workplace = new Workplace(
      machines,
      { kind: 'server', id: serverId },
      { root: rootWish(installed, 'if-possible'), asks: true },
    )
    const plan = this.#plan(workplace, 'nps', (signal) => watchRelay(relays, serverId, { signal }))
    return jobs.start({
      ...plan,
      kind: 'server-update',
      serverId,
      labId: null,
      onDone: () => onServerUpdated(serverId, workplace.handOver()),
    })
  }

  /** Throws as `server` does. */
  lab({ labId }: { labId: string }): { jobId: string } {
    const { storage, machines, jobs, relays, clock } = this.#options
    const { installed, serverId } = labOf({ storage, labId })
    const workplace = new Workplace(
      machines,
      { kind: 'lab', id: labId },
      { root: rootWish(installed, 'if-free'), asks: true },
    )
    const plan = this.#plan(workplace, 'npc', (signal) =>
      watchAgent(relays, labOf({ storage, labId }), { clock, signal }),
    )
    return jobs.start({ ...plan, kind: 'lab-update', serverId, labId })
  }

  #plan(
    workplace: Workplace,
    program: UpdateContext['program'],
    watchReturn: UpdateContext['watchReturn'],
  ): Pick<JobPlan<UpdateContext>, 'steps' | 'writes' | 'context' | 'correct' | 'release'> {
    const { machines, programFolders, clock } = this.#options
    const { ref } = workplace
    return {
      steps: updateSteps(program),
      writes: [],
      context: {
        program,
        programFolders,
        workplace,
        machine: (signal) => posixMachine(workplace, signal),
        clock,
        found: {},
        watchReturn,
      },
      correct: async ({ sudoPassword, ...signIn }) => {
        await machines.correct(ref, signIn)
        workplace.correct({ sudoPassword })
      },
      release: () => workplace.release(),
    }
  }
}

/** As it was installed; `unknown` where the app does not know that. */
function rootWish(installed: InstalledRecord | null, unknown: RootWish): RootWish {
  if (!installed) return unknown
  return installed.as === 'root' ? 'required' : 'never'
}
