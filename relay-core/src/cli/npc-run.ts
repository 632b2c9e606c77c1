import { join } from 'node:path'
import { Agent } from '../client/agent.ts'
import type { AgentState } from '../client/agent-state.ts'
import { agentFolders } from '../config/folders.ts'
import { readLogLevel, type ConfigWarning } from '../config/relay-config.ts'
import type { AgentConfig } from '../config/agent-config.ts'
import { createLog } from '../log.ts'
import { relayVersion } from '../version.ts'
import { agentStatusFile, writeAgentStatus } from './agent-status-file.ts'
import { ExitError, exitCode } from './exit.ts'
import { usageError } from './flags.ts'
import { openLogOutput } from './log-output.ts'
import { endWithin, stopRequested } from './wait-for-stop.ts'

const closeTimeoutMs = 5_000

/** Plain `npc`: the agent in the foreground until it is asked to stop, or until going on makes no sense. */
export async function runAgent(
  { config, warnings }: { config: AgentConfig; warnings: readonly ConfigWarning[] },
  flags: { log_level?: string; log_path?: string },
): Promise<number> {
  const level = readLogLevel(flags.log_level ?? 'info')
  if (!level) throw usageError('-log_level needs a number from 0 to 7, or debug, info, warn or error.')
  const log = createLog({ level, write: openLogOutput(flags.log_path ?? null) })
  for (const { line, message } of warnings) log.warn(`npc.conf:${line}: ${message}`)
  const folders = agentFolders()
  const agent = new Agent({
    server: config.server,
    vkey: config.vkey,
    protocol: config.protocol,
    fingerprint: config.fingerprint ?? undefined,
    pinFile: join(folders.state, 'pins.json'),
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
  const end = await Promise.race([stop, failed.promise])
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
