import { join } from 'node:path'
import { LocalForward } from '../../visitor/local-forward.ts'
import { AutoProtocolVisitor } from '../../visitor/auto-protocol-visitor.ts'
import { PrivateVisitor, minPasswordLength } from '../../visitor/visitor.ts'
import { fingerprintProblem, type AgentConfig } from '../../config/agent/agent-config.ts'
import { agentFolders } from '../../config/file/folders.ts'
import type { VisitorConfig } from '../../config/agent/visitor-config.ts'
import type { Log } from '../../log/log.ts'
import { visitPrivate } from '../../stock/visit-private.ts'
import { Secret } from '../../secret.ts'
import { exitCode } from '../shared/exit.ts'
import { optionalNumber, usageError } from '../shared/flags.ts'
import type { NpcFlags } from './npc-flags.ts'
import { openAgentLog, stockRelay } from './npc-options.ts'
import { stopRequested } from '../shared/wait-for-stop.ts'
import { compileFromNowOn } from '../shared/compilers.ts'
import { followVisits, type OpenVisit } from './open-visits.ts'
import { StatusFile, thisWriter } from './status-file.ts'
import { forgetEndedVisitors, visitorStatusFile, type VisitorStatus } from './visitor-status-file.ts'

/** As in stock NPS. */
const defaultLocalPort = '2000'

/** What a visitor needs to know in addition to npc.conf. */
interface Ways {
  /** Where keys that were seen are kept. */
  readonly folder: string
  readonly localHost?: string | undefined
  readonly agentFingerprint?: string | undefined
  readonly log: Log
}

/** `npc -password=…`: another agent's private tunnel on a port of this machine, until it is asked to stop. */
export async function runVisitor(config: AgentConfig, flags: NpcFlags): Promise<number> {
  const { password = '', target, local_type: type = 'secret', agent_fingerprint: agentFingerprint } = flags
  const localPort = optionalNumber(flags.local_port ?? defaultLocalPort, 'local_port') ?? 0
  if (password === '') throw usageError('-password=... is missing.')
  if (localPort > 65_535) throw usageError(`-local_port needs a port from 1 to 65535, not "${localPort}".`)
  if (type !== 'secret' && type !== 'p2p') throw usageError(`-local_type is secret or p2p, not "${type}".`)
  const problem = agentFingerprint === undefined ? null : fingerprintProblem(agentFingerprint)
  if (problem) throw usageError(`-agent_fingerprint ${problem}.`)
  const log = openAgentLog(flags)
  if (type === 'p2p') log.warn('p2p is not offered: the visit goes by the relay')
  if (target !== undefined)
    log.warn('-target has no effect: the relay knows the target of its tunnel, a visitor does not choose it')
  const stop = stopRequested()
  const visitor = { name: 'visitor', password, localPort, isP2p: type === 'p2p' }
  const folder = agentFolders(flags.conf_path).state
  const ways = { folder, localHost: flags.local_ip, agentFingerprint, log }
  const visits = [await openVisit(config, visitor, ways)]
  forgetEndedVisitors(folder)
  compileFromNowOn()
  const file = new StatusFile<VisitorStatus>(visitorStatusFile(folder), log)
  const { server } = config
  const following = followVisits(visits, (now) =>
    file.write({ ...thisWriter(), server, atMs: Date.now(), visits: now }),
  )
  await stop
  following[Symbol.dispose]()
  await Promise.all(visits.map((visit) => visit.close()))
  file.remove()
  return exitCode.ok
}

/** A local port for each visitor of npc.conf; one that cannot be opened is logged and left out. */
export async function openVisits(
  config: AgentConfig,
  visitors: readonly VisitorConfig[],
  ways: Ways,
): Promise<OpenVisit[]> {
  const visits: OpenVisit[] = []
  for (const visitor of visitors) {
    try {
      visits.push(await openVisit(config, visitor, ways))
    } catch (error) {
      ways.log.error('a private tunnel cannot listen on this machine', { name: visitor.name, reason: error })
    }
  }
  return visits
}

async function openVisit(
  config: AgentConfig,
  { name, password, localPort }: VisitorConfig,
  ways: Ways,
): Promise<OpenVisit> {
  const { folder, localHost, agentFingerprint, log } = ways
  const { server, protocol, proxy, fingerprint, direct, compression } = config
  const isStockOnly = protocol === 'stock' || (protocol === 'auto' && password.length < minPasswordLength)
  const native = isStockOnly
    ? undefined
    : new PrivateVisitor({
        server,
        password: new Secret(password),
        proxy: proxy ?? undefined,
        fingerprint: fingerprint ?? undefined,
        agentFingerprint,
        direct,
        compression,
        pinFile: join(folder, 'pins.json'),
        log,
      })
  // A stock relay lets nobody in without the vkey of a client.
  const mayBeStock = protocol !== 'native' && config.vkey.reveal() !== '' && agentFingerprint === undefined
  if (!native && !mayBeStock)
    throw usageError('A stock relay wants a vkey of its visitors too: -vkey=... is missing.')
  const visit = new AutoProtocolVisitor({
    native,
    stock: mayBeStock ? (wait) => visitPrivate(stockRelay(config), password, wait) : undefined,
    log,
  })
  const forward = new LocalForward({
    name,
    host: localHost,
    // As a service of root it serves everyone on this machine.
    forAllAccounts: process.getuid?.() === 0,
    port: localPort,
    visit: (wait) => visit.open(wait),
    log,
  })
  const port = await forward.open()
  return {
    name,
    port,
    visitor: visit,
    close: () => {
      const told = visit.close()
      forward.close()
      return told
    },
  }
}
