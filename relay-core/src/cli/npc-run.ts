import { join } from 'node:path'
import { Agent } from '../client/agent.ts'
import type { AgentState } from '../client/agent-state.ts'
import { agentFolders } from '../config/folders.ts'
import type { NpcConf } from '../config/npc-conf.ts'
import { relayVersion } from '../version.ts'
import { agentStatusFile, writeAgentStatus } from './agent-status-file.ts'
import { ExitError, exitCode } from './exit.ts'
import { connectionOptions, openAgentLog, temporaryKeyFile } from './npc-options.ts'
import { openDoors } from './npc-visit.ts'
import { endWithin, stopRequested } from './wait-for-stop.ts'

const closeTimeoutMs = 5_000

/** Plain `npc`: the agent in the foreground until it is asked to stop, or until going on makes no sense. */
export async function runAgent(
  { config, pushed, visitors, warnings }: NpcConf,
  flags: { log_level?: string; log_path?: string; conf_path?: string },
): Promise<number> {
  const log = openAgentLog(flags)
  for (const { line, message } of warnings) log.warn(`npc.conf:${line}: ${message}`)
  const folders = agentFolders(flags.conf_path)
  const agent = new Agent({
    ...connectionOptions(config),
    configuration: pushed ?? undefined,
    fingerprint: config.fingerprint ?? undefined,
    pinFile: join(folders.state, 'pins.json'),
    stockRelaysFile: join(folders.state, 'stock-relays.json'),
    temporaryKeyFile: temporaryKeyFile(folders.state),
    log,
  })
  const failed = Promise.withResolvers<AgentState & { state: 'failed' }>()
  // Only the service's npc speaks in the status file: one in the foreground beside it must not.
  const statusFile = process.env['NPS_SERVICE'] ? agentStatusFile(folders.state) : undefined
  agent.onChange((state) => {
    if (statusFile) note(statusFile, config.server, state)
    if (state.state === 'failed') failed.resolve(state)
  })
  const stop = stopRequested()
  log.info('npc runs', { version: relayVersion, server: config.server })
  agent.start()
  const doors = await openDoors(config, visitors, log)
  const end = await Promise.race([stop, failed.promise])
  for (const door of doors) door.close()
  await endWithin(closeTimeoutMs, agent.close())
  if (typeof end === 'string') return exitCode.ok
  throw new ExitError(exitCode.hopeless, end.reason.message)
}

function note(file: string, server: string, state: AgentState): void {
  writeAgentStatus(file, {
    pid: process.pid,
    server,
    state: state.state,
    atMs: Date.now(),
    reason: 'reason' in state ? state.reason.message : null,
  })
}
