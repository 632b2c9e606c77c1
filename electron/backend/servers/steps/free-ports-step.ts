import { AppError } from '../../failures/app-error.ts'
import { type ListeningPort, readListeningPorts } from '../../firewall/listening-ports.ts'
import {
  apartFolder,
  findInstalled,
  findOtherRelay,
  versionOf,
} from '../../provisioning/install/installed-program.ts'
import { writtenPaths } from '../../provisioning/install/written-paths.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { readRelaySettings } from './relay-settings.ts'
import type { ServerContext } from './server-context.ts'

/** Where nps.conf has the web console. */
const usualConsolePort = 8080
/** Below this, only root may listen. */
const firstFreePort = 1024

/** Which ports other programs hold. An nps of ours that runs here keeps its own. */
export const freePortsStep: StepDefinition<ServerContext> = {
  id: 'free-ports',
  redoneBy: ['bridgePort'],
  async run(context, { signal, fact, writes }) {
    const { workplace, wanted, found } = context
    const owner = await workplace.owner(signal)
    const { host } = owner.shell.session.address
    found.installed = await findInstalled('nps', owner, { signal })
    if (found.installed) {
      fact('relay-found', { ...versionOf(found.installed) })
      const settings = await readRelaySettings(owner, found.installed.folder, { signal })
      if (!wanted.bridgePortIsChosen && settings) wanted.bridgePort = settings.bridgePort
    }
    const other = found.installed ? undefined : await findOtherRelay(owner, { signal })
    found.apart = other !== undefined
    if (other !== undefined) {
      fact('other-nps-kept', { path: other })
      writes(
        writtenPaths('nps', { programPath: `${apartFolder}/nps`, folder: apartFolder, service: 'systemd' }),
      )
    } else if (found.installed) writes(writtenPaths('nps', found.installed))
    const port = wanted.bridgePort
    if (owner.as === 'user' && port < firstFreePort) {
      throw new AppError(
        'port-forbidden',
        `${owner.user} may not listen on port ${port} of ${host}: below 1024 it needs root.`,
        { port, host },
        {
          fixes: [{ action: 'use-port', port: 8024 }],
        },
      )
    }
    const listed = await readListeningPorts(owner.shell, { signal })
    const listening = listed ?? []
    const others = listening.filter(({ program }) => found.installed === undefined || !isOurs(program))
    const taken = others.find((one) => one.port === port)
    if (taken) throw portInUse(host, taken, nextFree(listening, port))
    // Where the machine lists nothing, nps itself finds a port that is taken when it starts.
    if (listed) fact('bridge-port-free', { port })
    const isConsoleTaken = others.some((one) => one.port === usualConsolePort)
    found.consolePort = isConsoleTaken ? nextFree(listening, usualConsolePort) : null
    if (found.consolePort !== null) fact('console-port', { port: found.consolePort })
    for (const one of others) {
      if (one.port < wanted.range.from || one.port > wanted.range.to) continue
      fact('port-used', { port: one.port, ...(one.program === '' ? {} : { program: one.program }) })
    }
    return 'done'
  },
}

/** As the kernel names the process; empty where this account may not know. */
function isOurs(program: string): boolean {
  return program === 'nps'
}

function nextFree(listening: readonly ListeningPort[], after: number): number {
  const taken = new Set(listening.map(({ port }) => port))
  let port = after + 1
  while (taken.has(port)) port++
  return port
}

function portInUse(host: string, { port, program, pid }: ListeningPort, free: number): AppError {
  const who = program === '' ? 'another program' : `${program}${pid === null ? '' : ` (pid ${pid})`}`
  return new AppError(
    'port-in-use',
    `Port ${port} is taken on ${host}: ${who} listens there. ${free} is free.`,
    { host, port, free, ...(program === '' ? {} : { program }) },
    { fixes: [{ action: 'use-port', port: free }, { action: 'retry' }] },
  )
}
