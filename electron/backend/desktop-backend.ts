import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog, type Log } from '@nps-desktop/relay-core/log'
import { connectRelay } from '@nps-desktop/relay-core/api-client'
import { ActivityFeed } from './activity/activity-feed.ts'
import { jobEnded } from './activity/job-ended.ts'
import { AppCalls } from './app/app-calls.ts'
import { HostLook } from './firewall/host-look.ts'
import { createJobs } from './provisioning/jobs/jobs.ts'
import { createLabServices } from './labs/lab-services.ts'
import { LabJobs } from './labs/lab-jobs.ts'
import { LabRecords } from './labs/lab-records.ts'
import { OverviewFeed } from './overview/overview-feed.ts'
import { TunnelChecks } from './checks/tunnel-checks.ts'
import { followClients } from './relays/adopt-clients.ts'
import { diagnose } from './relays/diagnose.ts'
import { followStatus } from './relays/follow-status.ts'
import { NetworkWatch } from '@nps-desktop/relay-core/api-client'
import { Relays } from './relays/relays.ts'
import { createRouter, type DesktopRouter } from './desktop-router.ts'
import { AgentPrograms } from './servers/agent-programs.ts'
import { relayCalls } from './servers/relay-calls.ts'
import { ServerJobs } from './servers/server-jobs.ts'
import { ServerRecords } from './servers/server-records.ts'
import type { Shell } from './shell.ts'
import { createHostKeys } from './ssh/keys/host-keys.ts'
import { createMachines } from './ssh/machines.ts'
import { openStorage } from './storage/storage.ts'
import { TrafficCalls } from './traffic/traffic-calls.ts'
import { forgetTrials, Trial } from './trial/trial.ts'
import { LoopbackForwards } from './forwards/loopback-forwards.ts'
import { LocalForwards } from './forwards/local-forwards.ts'
import { followPasswords } from './known-tunnels/tunnel-change.ts'
import { PendingRemovals } from './tunnels/pending-removals.ts'
import { TunnelCalls } from './tunnels/tunnel-calls.ts'

export interface DesktopBackend {
  /** Implements `desktopContract`; serve it with an RPCHandler of any carrier. */
  readonly router: DesktopRouter
  /** Ends every connection, job and feed; tunnels keep running on the server and the lab box. Idempotent. */
  close(): Promise<void>
}

/**
 * The app without its window. Rejects with `storage-failed` when the app's data cannot be opened.
 */
export async function createBackend({
  shell,
  log = silentLog,
}: {
  shell: Shell
  log?: Log
}): Promise<DesktopBackend> {
  const clock = systemClock
  const storage = openStorage(shell, { log, clock })
  try {
    await forgetTrials(storage, shell.dataFolder)
  } catch (error) {
    storage.close()
    throw error
  }
  const network = new NetworkWatch()
  const relays = new Relays({ storage, connect: connectRelay, clock, random: Math.random, log, diagnose })
  const { dataFolder } = shell
  const localForwards = new LocalForwards({ storage, relays, log })
  const machines = createMachines({ storage })
  const hostLook = new HostLook({ machines, clock, log })
  const checks = new TunnelChecks({
    storage,
    relays,
    network,
    forwards: localForwards,
    hostLook,
    clock,
    log,
  })
  const overview = new OverviewFeed({ storage, relays, network, clock, checks })
  const activity = new ActivityFeed({ storage, overview: overview.feed })
  const traffic = new TrafficCalls({ storage, relays, clock })
  const removal = new PendingRemovals({ storage, relays, clock, log })
  const app = new AppCalls({ shell, storage })
  const servers = new ServerRecords({ storage, relays, connect: connectRelay })
  const labs = new LabRecords({ storage, relays })
  const services = createLabServices({ storage, machines, log })
  const forwards = new LoopbackForwards({ log })
  const tunnels = new TunnelCalls({
    storage,
    relays,
    checks,
    overview,
    removal,
    services,
    activity,
    forwards,
    clock,
  })
  const trial = new Trial({
    storage,
    relays,
    labs,
    tunnels,
    overview,
    activity,
    log,
    dataFolder,
  })
  const hostKeys = createHostKeys({ storage, machines, log, clock })
  const jobs = createJobs({
    log,
    clock,
    onEnded: (job) => {
      const server = storage.servers.get(job.serverId ?? '')
      const line = jobEnded(job, { server, lab: storage.labs.get(job.labId ?? ''), atMs: clock.now() })
      if (line) activity.add(line)
    },
  })
  const { programsFolder } = shell
  const agentPrograms = new AgentPrograms({ storage, machines, programsFolder, log })
  const serverJobs = new ServerJobs({
    storage,
    machines,
    jobs,
    relays,
    connect: connectRelay,
    programsFolder,
    log,
    onReached: (serverId, workplace) => agentPrograms.share(serverId, workplace),
  })
  const labJobs = new LabJobs({ storage, machines, jobs, relays, programsFolder })
  const calls = relayCalls(relays)

  // before the first overview, which it takes as what was there already
  activity.start()
  overview.start()
  traffic.start()
  removal.start()
  localForwards.start()
  checks.start()
  const leaveClients = followClients(storage, relays, log)
  const leavePasswords = followPasswords(storage, relays, log)
  const leaveStatus = followStatus(storage, relays, log)
  const leaveNetwork = network.onChange(() => relays.retryNow())
  relays.start()
  network.start()

  const router = createRouter(
    {
      app: {
        capabilities: () => app.capabilities(),
        settings: {
          watch: (_input, { signal }) => app.watchSettings(signal),
          save: (change) => app.saveSettings(change),
        },
        openUrl: (input) => app.openUrl(input),
        openDataFolder: () => app.openDataFolder(),
        forgetSetAside: (input) => app.forgetSetAside(input),
        pickKeyFile: () => app.pickKeyFile(),
        deepLinks: (_input, { signal }) => app.deepLinks(signal),
      },
      overview: { watch: (_input, { signal }) => overview.feed.watch(signal) },
      activity: { watch: (_input, { signal }) => activity.feed.watch(signal) },
      hostKeys: {
        inspect: (input, options) => hostKeys.inspect(input, options),
        confirm: (input, options) => hostKeys.confirm(input, options),
        list: () => hostKeys.list(),
        forget: (input) => hostKeys.forget(input),
      },
      jobs: {
        watch: (input, options) => jobs.watch(input, options),
        list: () => jobs.list(),
        cancel: (input) => jobs.cancel(input),
        retry: (input) => jobs.retry(input),
      },
      servers: {
        add: (input) => servers.add(input),
        edit: (input) => servers.edit(input),
        connect: (input, options) => servers.connect(input, options),
        setup: (input) => serverJobs.setup(input),
        checkPorts: (input) => serverJobs.checkPorts(input),
        openHostFirewall: (input, options) => serverJobs.openHostFirewall(input, options),
        ports: (input) => servers.ports(input),
        remove: async (input) => {
          await agentPrograms.stop(input.serverId)
          return serverJobs.remove(input)
        },
        restart: (input, options) => serverJobs.restart(input, options),
        ...calls,
      },
      labs: {
        add: (input, options) => labs.add(input, options),
        edit: (input, options) => labs.edit(input, options),
        setup: (input) => labJobs.setup(input),
        invite: async (input, options) => {
          await agentPrograms.ready(labs.find(input.labId).server.id, options)
          return await labs.invite(input, options)
        },
        remove: (input, options) => labJobs.remove(input, options),
      },
      tunnels: {
        addPreset: (input, options) => tunnels.addPreset(input, options),
        addTcp: (input, options) => tunnels.addTcp(input, options),
        edit: (input, options) => tunnels.edit(input, options),
        start: (input, options) => tunnels.start(input, options),
        stop: (input, options) => tunnels.stop(input, options),
        remove: (input) => tunnels.remove(input),
        undoRemove: (input) => tunnels.undoRemove(input),
        useHere: (input) => tunnels.useHere(input),
        acceptChange: (input) => tunnels.acceptChange(input),
        check: (input) => tunnels.check(input),
        openAddress: (input, options) => tunnels.openAddress(input, options),
        connections: (input, options) => tunnels.connections(input, options),
      },
      traffic: {
        live: (_input, { signal }) => traffic.feed.watch(signal),
        history: (input, options) => traffic.history(input, options),
      },
      trial: { start: (input) => trial.start(input), stop: () => trial.stop() },
    },
    log,
  )

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    leaveNetwork[Symbol.dispose]()
    leaveClients[Symbol.dispose]()
    leaveStatus[Symbol.dispose]()
    leavePasswords[Symbol.dispose]()
    network.close()
    await jobs.close()
    await agentPrograms.close()
    await trial.stop()
    await Promise.all([checks.close(), removal.close(), relays.close()])
    forwards.close()
    localForwards.close()
    overview.close()
    activity.close()
    traffic.close()
    app.close()
    storage.close()
  }
  return { router, close: () => (closing ??= close()) }
}
