import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeClosedFolder } from '../../files/close-folder.ts'
import { thisProcess } from '../../config/file/system-folders.ts'
import { writeFileAtomically } from '../../files/atomic-file.ts'
import { formatAgentConfig } from '../../config/agent/agent-config.ts'
import { agentFolders } from '../../config/file/folders.ts'
import type { NpcConf } from '../../config/agent/npc-conf.ts'
import { foreignLogFile } from '../../service/sandbox.ts'
import type { Service } from '../../service/service.ts'
import { makeAdministratorsFolder } from '../../service/windows/administrators-folder.ts'
import { unreadableWords } from '../../agent/files/shared-folders.ts'
import { readForegroundStatus, readServiceStatus, type AgentStatus } from './agent-status-file.ts'
import { describeAgent, describeForeground, describeVisitor, exitCodeOf } from './describe-status.ts'
import { readVisitors } from './visitor-status-file.ts'
import { awaitReady } from '../shared/await-ready.ts'
import { exitCode } from '../shared/exit.ts'
import { usageError } from '../shared/flags.ts'
import { sharedFolders } from './npc-options.ts'
import { readNpcConf, readPlainNpcConf, type AgentFlags } from './npc-config.ts'
import { print } from '../shared/output.ts'
import { endSoon } from '../shared/wait-for-stop.ts'
import * as command from '../shared/service-command.ts'

/** `npc install`: the key goes into a file of its owner, not into the service's command line, which all can read. */
export async function installAgent(
  flags: AgentFlags & { service?: string; log_level?: string; log_path?: string; conf_path?: string },
): Promise<number> {
  if (flags.conf_path !== undefined)
    throw usageError('-conf_path is for npc in the foreground: a service has a folder of its own.')
  const read = await readNpcConf(flags)
  if (!read)
    throw usageError('Say where it belongs: npc install -server=host:port -vkey=... [-fingerprint=...]')
  const { root, config, state } = agentFolders()
  const text = await serviceConf(flags, read)
  const readable = await (thisProcess().isRoot ? makeAdministratorsFolder : makeClosedFolder)(root)
  // A unit of the system names this folder as the one it may write, and does not start without it.
  await mkdir(state, { recursive: true, mode: 0o700 })
  await writeFileAtomically(config, text)
  await command.install(installable(flags), flags.service)
  if (readable !== null) print(readable)
  for (const folder of await sharedFolders(read).unreadable()) print(unreadableWords(folder))
  print(`Its settings are in ${config}. Next: npc start`)
  endSoon()
  return exitCode.ok
}

/** A file with tunnels is installed as a whole; its service has no environment and no working folder. */
async function serviceConf(flags: AgentFlags, { config, pushed, visitors }: NpcConf): Promise<string> {
  if (pushed === null && visitors.length === 0) return formatAgentConfig(config)
  const { path: relative, text } = await readPlainNpcConf(flags.config)
  if (relative !== undefined) {
    throw usageError(`A service finds files by their whole path: write ${relative} so in your npc.conf.`)
  }
  const flag = (
    [
      'fingerprint',
      'protocol',
      'proxy',
      'disconnect_timeout',
      'allow_target',
      'before_dial',
      'direct',
      'discover',
      'compression',
    ] as const
  ).find((name) => flags[name] !== undefined)
  if (flag !== undefined)
    throw usageError(`A service with tunnels of its own has its settings in the file: write -${flag} there.`)
  return text
}

export function uninstallAgent(purge: boolean): Promise<number> {
  return command.uninstall(installable(), { purge })
}

export function startAgent(): Promise<number> {
  return command.start(installable(), agentReady)
}

export function stopAgent(): Promise<number> {
  return command.stop(installable())
}

export function restartAgent(): Promise<number> {
  return command.restart(installable(), agentReady)
}

export function agentStatus(json: boolean, confPath?: string): Promise<number> {
  return command.status(installable(), {
    json,
    foreground: async () => {
      const { state } = agentFolders(confPath)
      return describeForeground(readForegroundStatus(state), readVisitors(state))
    },
    more: async () => {
      const status = await ownStatus()
      const visitors = readVisitors(agentFolders(confPath).state)
      const text = [...(status ? [describeAgent(status)] : []), ...visitors.map(describeVisitor)].join('\n')
      return { text, values: { agent: status ?? null, visitors }, exitCode: exitCodeOf(status) }
    },
  })
}

/** Started means that it has begun to connect; being online is its server's business too. */
function agentReady(service: Service): Promise<string> {
  const { state } = agentFolders()
  return awaitReady({
    name: 'npc',
    status: () => command.installedStatus(installable()),
    logHint: service.kind.startsWith('systemd')
      ? `journalctl ${service.kind === 'systemd' ? '' : '--user '}-u npc`
      : join(state, 'npc.log'),
    isReady: async () => {
      const status = await ownStatus()
      if (!status || status.state === 'connecting') throw new Error('it is still connecting')
      return `npc is running. ${describeAgent(status)}`
    },
  })
}

/** Undefined while the running process has not said anything yet. */
async function ownStatus(): Promise<AgentStatus | undefined> {
  const found = await command.installedStatus(installable())
  return found.state === 'running' ? readServiceStatus(agentFolders().state, found.pid) : undefined
}

function installable(flags: { log_level?: string; log_path?: string } = {}): command.Installable {
  const { root, config, state } = agentFolders()
  const args = [`-config=${config}`]
  if (flags.log_level !== undefined) args.push(`-log_level=${flags.log_level}`)
  if (flags.log_path !== undefined) args.push(`-log_path=${flags.log_path}`)
  const writable = [state]
  return {
    name: 'npc',
    description: 'npc, the agent that connects this machine to its relay',
    folder: root,
    args,
    // As root, because it reads what is shared whoever owns it; reading is all it may do.
    sandbox: {
      ownAccount: false,
      handedOver: [],
      writable,
      // Any other service has no such list: it may do what its user may do.
      logFile: process.getuid?.() === 0 ? foreignLogFile(flags.log_path ?? null, writable) : null,
      readsEverything: true,
    },
  }
}
