import { join } from 'node:path'
import { AgentIdentity } from '../../agent/agent-identity.ts'
import { beforeDial } from '../../agent/portal/before-dial.ts'
import { every } from '../../async/time/every.ts'
import { Agent } from '../../agent/agent.ts'
import { allowedTargets } from '../../config/agent/allowed-targets.ts'
import { parseBeforeDial } from '../../config/agent/before-dial-command.ts'
import { unreadableWords } from '../../agent/files/shared-folders.ts'
import { ServedLinks } from '../../agent/direct/served-links.ts'
import type { AgentState } from '../../agent/agent-state.ts'
import { agentFolders } from '../../config/file/folders.ts'
import type { NpcConf } from '../../config/agent/npc-conf.ts'
import type { Log } from '../../log/log.ts'
import { relayVersion } from '../../version.ts'
import { makeClosedFolder } from '../../files/close-folder.ts'
import { agentOrigin } from './agent-origin.ts'
import type { AgentStatus } from './agent-status-file.ts'
import { ExitError, exitCode } from '../shared/exit.ts'
import { connectionOptions, openAgentLog, sharedFolders, temporaryKeyFile } from './npc-options.ts'
import { followVisits, tellIntervalMs, type OpenVisit } from './open-visits.ts'
import { agentStatusFile, StatusFile, thisWriter } from './status-file.ts'
import type { RunningVisit } from './visitor-status-file.ts'
import { compileFromNowOn } from '../shared/compilers.ts'
import { endWithin, stopRequested } from '../shared/wait-for-stop.ts'

const closeTimeoutMs = 5_000

/** Plain `npc`: the agent in the foreground until it is asked to stop, or until going on is pointless. */
export async function runAgent(
  conf: NpcConf,
  flags: { log_level?: string; log_path?: string; conf_path?: string },
): Promise<number> {
  const { config, pushed, warnings } = conf
  const log = openAgentLog(flags)
  for (const { line, message } of warnings) log.warn(`npc.conf:${line}: ${message}`)
  const folders = agentFolders(flags.conf_path)
  const readable = await makeClosedFolder(folders.state)
  if (readable !== null) log.warn(readable)
  const identity = new AgentIdentity({ folder: folders.state, log })
  const { fingerprint } = await identity.get()
  const servedLinks = new ServedLinks()
  const shared = sharedFolders(conf)
  const takesDirectLinks = config.direct !== 'no' && config.proxy === null
  const agent = new Agent({
    ...connectionOptions(config),
    configuration: pushed ?? undefined,
    fingerprint: config.fingerprint ?? undefined,
    pinFile: join(folders.state, 'pins.json'),
    stockRelaysFile: join(folders.state, 'stock-relays.json'),
    temporaryKeyFile: temporaryKeyFile(folders.state),
    identity,
    origin: await agentOrigin(folders.root).catch((error: unknown) => {
      log.warn('the relay is not told how npc is started', { reason: error })
      return undefined
    }),
    dialPolicy: allowedTargets(config.allowTarget),
    beforeDial: config.beforeDial === null ? undefined : beforeDial(parseBeforeDial(config.beforeDial), log),
    servedLinks,
    shared,
    log,
  })
  const failed = Promise.withResolvers<AgentState & { state: 'failed' }>()
  // The service's npc has a file of its own: one in the foreground next to it must not change that.
  const service = process.env['NPS_SERVICE'] !== undefined
  const statusFile = new StatusFile<AgentStatus>(agentStatusFile(folders.state, { service }), log)
  let visits: RunningVisit[] = []
  let unreadable: string[] = []
  const tell = () => {
    const directLinks = takesDirectLinks ? servedLinks.list : null
    const refused = [...agent.refused]
    const own = { server: config.server, fingerprint, directLinks, refused, unreadable, visits }
    statusFile.write(statusOf(agent.state, own))
  }
  agent.onChange((state) => {
    tell()
    if (state.state === 'failed') failed.resolve(state)
  })
  const stop = stopRequested()
  log.info('npc runs', { version: relayVersion, server: config.server, ownFingerprint: fingerprint })
  agent.start()
  // Nothing else waits for it: a lab box must not stay away because of one folder, which may be mounted later.
  void shared.unreadable().then((folders) => {
    unreadable = folders
    for (const folder of folders) log.warn(unreadableWords(folder))
    if (folders.length > 0) tell()
  })
  const opened = await visitsOf(conf, { folder: folders.state, log })
  compileFromNowOn()
  const telling = new DisposableStack()
  telling.use(servedLinks.onChange(tell))
  telling.use(every(tellIntervalMs, () => servedLinks.list.length > 0 && tell()))
  if (opened.length > 0)
    telling.use(
      followVisits(opened, (now) => {
        visits = now
        tell()
      }),
    )
  const end = await Promise.race([stop, failed.promise])
  telling.dispose()
  await endWithin(closeTimeoutMs, Promise.all([...opened.map((visit) => visit.close()), agent.close()]))
  if (!service) statusFile.remove()
  if (typeof end === 'string') return exitCode.ok
  throw new ExitError(exitCode.hopeless, end.reason.message)
}

/** What visits private tunnels comes into memory only where npc.conf has some. */
async function visitsOf(
  { config, visitors }: NpcConf,
  ways: { folder: string; log: Log },
): Promise<readonly OpenVisit[]> {
  if (visitors.length === 0) return []
  const { openVisits } = await import('./npc-visit.ts')
  return openVisits(config, visitors, ways)
}

function statusOf(
  state: AgentState,
  own: Pick<AgentStatus, 'server' | 'fingerprint' | 'directLinks' | 'refused' | 'unreadable' | 'visits'>,
): AgentStatus {
  return {
    ...own,
    ...thisWriter(),
    state: state.state,
    atMs: Date.now(),
    reason: 'reason' in state ? state.reason.message : null,
  }
}
