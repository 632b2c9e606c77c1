import type { Job, Lab, Server, Tunnel } from '@nps-desktop/electron/contract'
import { groupsOf, type JobGroupId } from '../../../jobs/job-groups.ts'

/** The six steps of the sidebar. */
export const wizardSteps = ['sign-in', 'check', 'install', 'ports', 'lab', 'tunnels'] as const
export type WizardStep = (typeof wizardSteps)[number]

export type WizardStepState = 'todo' | 'running' | 'done' | 'failed'

/** Everything that decides the place in the wizard; all of it is kept by the backend, so closing the window keeps the place. */
export interface SetupFacts {
  readonly server: Server | null
  /** The newest job that sets this server up or checks its ports. */
  readonly job: Job | null
  /** The lab box that this visit added, or the server's first. */
  readonly lab: Lab | null
  readonly labJob: Job | null
  readonly tunnels: readonly Tunnel[]
  /** A person continued although ports are closed. */
  readonly portsAccepted: boolean
}

/** How each step of the sidebar stands. */
export function stepStates(facts: SetupFacts): Record<WizardStep, WizardStepState> {
  const { server, job, lab, labJob, tunnels } = facts
  const group = (id: JobGroupId) => (job ? groupState(job, id) : undefined)
  const installed = Boolean(server?.relay)
  const past = (own: WizardStepState | undefined): WizardStepState => own ?? (installed ? 'done' : 'todo')
  const ports = past(group('ports'))
  return {
    'sign-in': server ? 'done' : 'todo',
    check: past(group('check')),
    install: past(group('install')),
    ports: ports === 'failed' && facts.portsAccepted ? 'done' : ports,
    lab: labState(lab, labJob),
    tunnels: tunnels.some((tunnel) => tunnel.status.state === 'ready') ? 'done' : 'todo',
  }
}

/**
 * Where the wizard stands: the first step that is not done. It rests at the ports once more where opening two of them would make
 * tunnels faster: nobody comes back for that later.
 */
export function placeOf(facts: SetupFacts): WizardStep {
  const states = stepStates(facts)
  const udp = facts.job?.ports?.rendezvous
  if (states.ports === 'done' && udp && udp.cause !== 'none' && !facts.lab && !facts.portsAccepted)
    return 'ports'
  return wizardSteps.find((step) => states[step] !== 'done') ?? 'tunnels'
}

function groupState(job: Job, id: JobGroupId): WizardStepState | undefined {
  const group = groupsOf(job).find((group) => group.id === id)
  if (!group) return undefined
  if (group.state === 'skipped') return 'done'
  return group.state === 'waiting' ? 'todo' : group.state
}

function labState(lab: Lab | null, job: Job | null): WizardStepState {
  if (job?.state === 'running') return 'running'
  if (lab?.state.state === 'online') return 'done'
  if (job?.state === 'failed') return 'failed'
  return 'todo'
}
