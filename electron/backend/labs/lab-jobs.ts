import { AppError } from '../failures/app-error.ts'
import { removalSteps } from '../provisioning/install/remove-program.ts'
import { uploadSteps } from '../provisioning/install/upload-steps.ts'
import type { Jobs } from '../provisioning/jobs/jobs.ts'
import type { JobPlan } from '../provisioning/jobs/running-job.ts'
import { connectStep, identityStep } from '../provisioning/jobs/sign-in-steps.ts'
import type { StepDefinition } from '../provisioning/jobs/step-definition.ts'
import { type RootWish, Workplace } from '../provisioning/jobs/workplace.ts'
import { machineOf } from '../provisioning/windows/machine-of.ts'
import type { Relays } from '../relays/relays.ts'
import type { Machines } from '../ssh/machines.ts'
import { forgetLab } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { type LabContext, labOf, relayOf } from './steps/lab-context.ts'
import { onlineStep } from './steps/online-step.ts'
import { reachRelayStep } from './steps/reach-relay-step.ts'
import { removeClientStep } from './steps/remove-client-step.ts'
import { agentServiceStep, startStep } from './steps/agent-service-step.ts'
import { labSystemStep } from './steps/lab-system-step.ts'
import type { ProgramFolders } from '../provisioning/install/program-files.ts'

/** Setting a lab box up, in order. */
const setupSteps: readonly StepDefinition<LabContext>[] = [
  connectStep,
  identityStep,
  labSystemStep,
  reachRelayStep,
  ...uploadSteps('npc'),
  agentServiceStep,
  startStep,
  onlineStep,
]

/** Taking it back. */
const removeSteps: readonly StepDefinition<LabContext>[] = [
  connectStep,
  identityStep,
  ...removalSteps('npc'),
  removeClientStep,
]

export interface LabJobsOptions {
  readonly storage: Storage
  readonly machines: Machines
  readonly jobs: Jobs
  readonly relays: Relays
  readonly programFolders: ProgramFolders
}

/** The calls of `labs` that work on the lab box itself, by ssh. */
export class LabJobs {
  readonly #options: LabJobsOptions

  constructor(options: LabJobsOptions) {
    this.#options = options
  }

  /** As root only where that takes no password, or with one that was given: a lab box often belongs to somebody else. */
  setup({ labId, sudoPassword }: { labId: string; sudoPassword?: string | undefined }): { jobId: string } {
    const { storage, jobs } = this.#options
    const lab = labOf({ storage, labId })
    relayOf({ storage, labId })
    if (!lab.address) {
      throw new AppError(
        'secret-missing',
        `No sign-in for ${lab.name} is kept: add its address, or paste the line there.`,
        {
          name: lab.name,
        },
      )
    }
    const root = lab.installed?.as === 'user' ? 'never' : 'if-free'
    const plan = this.#plan(labId, 'lab-setup', { root, sudoPassword }, setupSteps)
    return jobs.start({ ...plan, writes: ['npc', '~/.config/npc/'] })
  }

  /** Without `uninstall`, or without a sign-in, only the relay forgets it: npc stays on the box but is no longer let in. */
  async remove(
    { labId, uninstall }: { labId: string; uninstall: boolean },
    { signal }: { signal: AbortSignal },
  ): Promise<{ jobId: string | null }> {
    const { storage, jobs, relays } = this.#options
    const { address, installed } = labOf({ storage, labId })
    if (!uninstall || !address) {
      const ignore = (): void => undefined
      await removeClientStep.run(
        { labId, storage, relays },
        { signal, fact: ignore, progress: ignore, ports: ignore, writes: ignore },
      )
      jobs.forget({ labId })
      forgetLab(storage, labId)
      return { jobId: null }
    }
    const root = installed?.as === 'root' ? 'required' : 'never'
    const plan = this.#plan(labId, 'lab-remove', { root }, removeSteps)
    return jobs.start({ ...plan, onDone: () => forgetLab(storage, labId) })
  }

  #plan(
    labId: string,
    kind: JobPlan<LabContext>['kind'],
    wish: { root: RootWish; sudoPassword?: string | undefined },
    steps: readonly StepDefinition<LabContext>[],
  ): JobPlan<LabContext> {
    const { storage, machines, relays, programFolders } = this.#options
    const workplace = new Workplace(machines, { kind: 'lab', id: labId }, { ...wish, asks: true })
    return {
      kind,
      serverId: labOf({ storage, labId }).serverId,
      labId,
      steps,
      writes: [],
      context: {
        labId,
        storage,
        relays,
        programFolders,
        workplace,
        machine: (signal) => machineOf(workplace, signal),
        removal: { folder: labOf({ storage, labId }).installed?.folder },
        found: {},
      },
      correct: async ({ sudoPassword, withoutRoot, ...signIn }) => {
        await machines.correct(workplace.ref, signIn)
        workplace.correct({ sudoPassword, root: withoutRoot === true ? 'never' : undefined })
      },
      release: () => workplace.release(),
    }
  }
}
