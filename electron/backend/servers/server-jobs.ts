import type { PortRange } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { findInstalled, startProgram } from '../provisioning/install/installed-program.ts'
import { posixMachine } from '../provisioning/install/posix-machine.ts'
import { removalSteps } from '../provisioning/install/remove-program.ts'
import { uploadSteps } from '../provisioning/install/upload-steps.ts'
import type { Jobs } from '../provisioning/jobs/jobs.ts'
import type { JobPlan } from '../provisioning/jobs/running-job.ts'
import { connectStep, identityStep } from '../provisioning/jobs/sign-in-steps.ts'
import type { StepDefinition } from '../provisioning/jobs/step-definition.ts'
import { type RootWish, Workplace } from '../provisioning/jobs/workplace.ts'
import type { Relays } from '../relays/relays.ts'
import type { ConnectRelay } from '../relays/relay-access.ts'
import type { Machines } from '../ssh/machines.ts'
import { forgetServer } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { usualRange } from '../firewall/rules/widest-range.ts'
import { openServerFirewall, usualBridgePort } from './open-server-firewall.ts'
import { type ServerContext, type ServerFindings, serverOf } from './steps/server-context.ts'
import { bridgeStep } from './steps/bridge-step.ts'
import { configStep } from './steps/config-step.ts'
import { freePortsStep } from './steps/free-ports-step.ts'
import { portRangeStep } from './steps/port-range-step.ts'
import { removeRulesStep } from './steps/remove-rules-step.ts'
import { relayServiceStep } from './steps/relay-service-step.ts'
import { startStep } from './steps/start-step.ts'
import { serverSystemStep } from './steps/server-system-step.ts'
import type { ProgramFolders } from '../provisioning/install/program-files.ts'

/** Setting a server up, in order. A new step is a file in steps/ and a line here. */
const setupSteps: readonly StepDefinition<ServerContext>[] = [
  connectStep,
  identityStep,
  serverSystemStep,
  freePortsStep,
  ...uploadSteps('nps'),
  relayServiceStep,
  configStep,
  startStep,
  bridgeStep,
  portRangeStep,
]

/** Taking it back. */
const removeSteps: readonly StepDefinition<ServerContext>[] = [
  connectStep,
  identityStep,
  ...removalSteps('nps'),
  removeRulesStep,
]

interface SetupWish {
  readonly root: RootWish
  readonly sudoPassword?: string | undefined
  readonly range: PortRange
  readonly bridgePort: number
}

/** The calls of `servers` that work on the machine itself, by ssh. */
export class ServerJobs {
  readonly #options: ServerJobsOptions

  constructor(options: ServerJobsOptions) {
    this.#options = options
  }

  /** Also repairs and upgrades: clients, tunnels and settings of an nps that is there already stay. */
  setup(input: {
    serverId: string
    range: PortRange
    bridgePort: number
    sudoPassword?: string | undefined
    withoutRoot: boolean
  }): { jobId: string } {
    const { serverId, range, bridgePort, sudoPassword } = input
    const asUser = input.withoutRoot || this.#server(serverId).installed?.as === 'user'
    const wish: SetupWish = { root: asUser ? 'never' : 'required', sudoPassword, range, bridgePort }
    const plan = this.#plan(serverId, 'server-setup', wish, setupSteps)
    return this.#options.jobs.start({ ...plan, writes: asUser ? writesOfUser : writesOfRoot })
  }

  checkPorts({ serverId }: { serverId: string }): { jobId: string } {
    const { installed, relay, address } = this.#server(serverId)
    const wish: SetupWish = {
      // Without root the rules on the server stay unread; the ports can be tried all the same.
      root: installed?.as === 'root' ? 'if-possible' : 'never',
      range: relay?.range ?? usualRange,
      bridgePort: relay?.bridgePort ?? usualBridgePort,
    }
    const steps = address ? [connectStep, portRangeStep] : [portRangeStep]
    return this.#options.jobs.start(this.#plan(serverId, 'port-check', wish, steps))
  }

  /** Starts nps again: by its own API, or by ssh when it does not run. */
  async restart(
    { serverId, sudoPassword }: { serverId: string; sudoPassword?: string | undefined },
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    const { relays, machines } = this.#options
    const { installed, address } = this.#server(serverId)
    if (relays.view(serverId).link.state === 'online' || !address) {
      await relays.api(serverId).status.restart({}, { signal })
      return
    }
    const root = installed?.as === 'user' ? 'never' : 'required'
    const workplace = new Workplace(
      machines,
      { kind: 'server', id: serverId },
      { root, sudoPassword, asks: true },
    )
    try {
      const owner = await workplace.owner(signal)
      const found = await findInstalled('nps', owner, { signal })
      if (!found) throw notInstalled(address.host)
      await startProgram('nps', owner, found, 'restart', { signal })
    } finally {
      workplace.release()
    }
    relays.retryNow(serverId)
  }

  /** Adds the accept rules that are missing in the server's own firewall. */
  openHostFirewall(
    input: { serverId: string; sudoPassword?: string | undefined },
    { signal }: { signal: AbortSignal },
  ): Promise<{ command: string }> {
    return openServerFirewall(this.#options, input, { signal })
  }

  remove(input: { serverId: string; uninstall: boolean; sudoPassword?: string | undefined }): {
    jobId: string | null
  } {
    const { serverId, uninstall, sudoPassword } = input
    const { storage, jobs } = this.#options
    const { address, installed } = this.#server(serverId)
    if (!uninstall || !address) {
      jobs.forget({ serverId })
      forgetServer(storage, serverId)
      return { jobId: null }
    }
    const root = installed?.as === 'user' ? 'never' : 'required'
    const wish: SetupWish = { root, sudoPassword, range: usualRange, bridgePort: usualBridgePort }
    const plan = this.#plan(serverId, 'server-remove', wish, removeSteps)
    return jobs.start({ ...plan, onDone: () => forgetServer(storage, serverId) })
  }

  #plan(
    serverId: string,
    kind: JobPlan<ServerContext>['kind'],
    { root, sudoPassword, range, bridgePort }: SetupWish,
    steps: readonly StepDefinition<ServerContext>[],
  ): JobPlan<ServerContext> {
    const { storage, machines, relays, connect, programFolders, log, onReached } = this.#options
    const workplace = new Workplace(
      machines,
      { kind: 'server', id: serverId },
      { root, sudoPassword, asks: true },
    )
    const wanted = { range, bridgePort, bridgePortIsChosen: false }
    const found: ServerFindings = {}
    return {
      kind,
      serverId,
      labId: null,
      steps,
      writes: [],
      context: {
        serverId,
        storage,
        programFolders,
        connect,
        reach: (signal) => relays.reach(serverId, { signal }),
        log,
        workplace,
        machine: (signal) => posixMachine(workplace, signal),
        wanted,
        found,
        removal: { folder: this.#server(serverId).installed?.folder },
      },
      correct: async ({ sudoPassword: password, withoutRoot, bridgePort: port, ...signIn }) => {
        await machines.correct(workplace.ref, signIn)
        workplace.correct({ sudoPassword: password, root: withoutRoot === true ? 'never' : undefined })
        if (port === undefined) return
        wanted.bridgePort = port
        wanted.bridgePortIsChosen = true
      },
      release: () => {
        if (found.reached === true) onReached?.(serverId, workplace.handOver())
        workplace.release()
      },
    }
  }

  #server(serverId: string): ReturnType<typeof serverOf> {
    return serverOf({ storage: this.#options.storage, serverId })
  }
}

export interface ServerJobsOptions {
  readonly storage: Storage
  readonly machines: Machines
  readonly jobs: Jobs
  readonly relays: Relays
  readonly connect: ConnectRelay
  readonly programFolders: ProgramFolders
  readonly log: Log
  /** The app gets in to a server that a job has set up; the workplace is for what is left to do there. */
  readonly onReached?: (serverId: string, workplace: Workplace) => void
}

const writesOfRoot = ['/usr/bin/nps', '/etc/nps/', '/etc/systemd/system/nps.service']
const writesOfUser = ['~/.local/bin/nps', '~/.config/nps/', '~/.config/systemd/user/nps.service']

function notInstalled(host: string): AppError {
  return new AppError(
    'service-failed',
    `No nps of NPS Desktop is installed on ${host}. Run the setup again.`,
    { host, program: 'nps', what: 'restart', reason: 'nps is not installed' },
  )
}
