import { VisitorDoor } from '../client/visitor-door.ts'
import type { AgentConfig } from '../config/agent-config.ts'
import type { Visitor } from '../config/npc-conf.ts'
import type { Log } from '../log.ts'
import { visitPrivate } from '../nps/visit-private.ts'
import { exitCode } from './exit.ts'
import { optionalNumber, usageError } from './flags.ts'
import { openAgentLog, stockRelay } from './npc-options.ts'
import { stopRequested } from './wait-for-stop.ts'

/** As in stock NPS. */
const defaultLocalPort = '2000'

/** `npc -password=…`: another agent's private tunnel on a port of this machine, until it is asked to stop. */
export async function runVisitor(
  config: AgentConfig,
  flags: {
    password?: string
    target?: string
    local_port?: string
    local_type?: string
    log_level?: string
    log_path?: string
  },
): Promise<number> {
  const { password = '', target, local_type: type = 'secret' } = flags
  const localPort = optionalNumber(flags.local_port ?? defaultLocalPort, 'local_port') ?? 0
  if (password === '') throw usageError('-password=... is missing.')
  if (localPort > 65_535) throw usageError(`-local_port needs a port from 1 to 65535, not "${localPort}".`)
  if (type !== 'secret' && type !== 'p2p') throw usageError(`-local_type is secret or p2p, not "${type}".`)
  const log = openAgentLog(flags)
  if (type === 'p2p') log.warn('p2p is not offered: the visit goes by the relay')
  if (target !== undefined)
    log.warn('-target has no effect: the relay knows the target of its tunnel, a visitor does not choose it')
  const stop = stopRequested()
  const door = openDoor(config, { name: 'visitor', password, localPort, isP2p: type === 'p2p' }, log)
  await door.open()
  await stop
  door.close()
  return exitCode.ok
}

/** A door for each visitor of npc.conf; one that cannot open is told and left out. */
export async function openDoors(
  config: AgentConfig,
  visitors: readonly Visitor[],
  log: Log,
): Promise<VisitorDoor[]> {
  const doors: VisitorDoor[] = []
  for (const visitor of visitors) {
    const door = openDoor(config, visitor, log)
    try {
      await door.open()
      doors.push(door)
    } catch (error) {
      log.error('a private tunnel cannot listen on this machine', { name: visitor.name, reason: error })
    }
  }
  return doors
}

function openDoor(config: AgentConfig, { name, password, localPort }: Visitor, log: Log): VisitorDoor {
  return new VisitorDoor({
    name,
    port: localPort,
    visit: (wait) => visitPrivate(stockRelay(config), password, wait),
    log,
  })
}
