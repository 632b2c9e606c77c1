import type { Clock } from '@nps-desktop/relay-core/async'
import { connectRelay } from '@nps-desktop/relay-core/api-client'
import type { Log } from '@nps-desktop/relay-core/log'
import { jobEnded } from '../activity/job-ended.ts'
import { LabJobs } from '../labs/lab-jobs.ts'
import { MachineUpdates } from '../machine-updates/machine-updates.ts'
import { createJobs, type Jobs } from '../provisioning/jobs/jobs.ts'
import { AgentPrograms } from '../servers/agent-programs.ts'
import { ServerJobs } from '../servers/server-jobs.ts'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import type { Links } from './open-links.ts'
import type { View } from './open-view.ts'
import type { ProgramFolders } from '../provisioning/install/program-files.ts'

/** What the app does on machines, by ssh. */
export interface JobPart extends AsyncDisposable {
  readonly jobs: Jobs
  readonly agentPrograms: AgentPrograms
  readonly serverJobs: ServerJobs
  readonly labJobs: LabJobs
  readonly machineUpdates: MachineUpdates
}

/** Nothing runs until it is asked for; what runs at the end is stopped and waited for. */
export function openJobs({
  storage,
  machines,
  programFolders,
  links: { relays },
  view: { activity },
  clock,
  log,
}: {
  storage: Storage
  machines: Machines
  programFolders: ProgramFolders
  links: Links
  view: View
  clock: Clock
  log: Log
}): JobPart {
  const parts = new AsyncDisposableStack()
  const agentPrograms = parts.adopt(new AgentPrograms({ storage, machines, programFolders, log }), (part) =>
    part.close(),
  )
  const onEnded: Parameters<typeof createJobs>[0]['onEnded'] = (job) => {
    const server = storage.servers.get(job.serverId ?? '')
    const lab = storage.labs.get(job.labId ?? '')
    const line = jobEnded(job, { server, lab, atMs: clock.now() })
    if (line) activity.add(line)
  }
  const jobs = parts.adopt(createJobs({ log, clock, onEnded }), (part) => part.close())
  const serverJobs = new ServerJobs({
    storage,
    machines,
    jobs,
    relays,
    connect: connectRelay,
    programFolders,
    log,
    onReached: (serverId, workplace) => agentPrograms.share(serverId, workplace),
  })
  const labJobs = new LabJobs({ storage, machines, jobs, relays, programFolders })
  const machineUpdates = new MachineUpdates({
    storage,
    machines,
    jobs,
    relays,
    programFolders,
    clock,
    onServerUpdated: (serverId, workplace) => agentPrograms.share(serverId, workplace),
  })
  return {
    jobs,
    agentPrograms,
    serverJobs,
    labJobs,
    machineUpdates,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
