import { unreadableWords } from '../../agent/files/shared-folders.ts'
import { describeWay } from '../../visitor/way-words.ts'
import { exitCode } from '../shared/exit.ts'
import type { Own } from '../shared/service-command.ts'
import type { AgentStatus } from './agent-status-file.ts'
import type { RunningVisit, VisitorStatus } from './visitor-status-file.ts'

/** What an agent says of itself, in sentences and lines. */
export function describeAgent(status: AgentStatus): string {
  const { fingerprint, directLinks, refused = [], unreadable = [], visits = [] } = status
  return [
    sentence(status),
    ...describeRefused(refused),
    ...unreadable.map((folder) => `When npc started: ${unreadableWords(folder)}`),
    ...(fingerprint === undefined
      ? []
      : [`Its own fingerprint, for visitors of private tunnels: ${fingerprint}`]),
    ...describeLinks(directLinks),
    ...visits.map(describeVisit),
  ].join('\n')
}

/** What an npc that visits a private tunnel says of itself. */
export function describeVisitor({ pid, server, visits }: VisitorStatus): string {
  return [`npc visits a private tunnel of ${server}, process ${pid}.`, ...visits.map(describeVisit)].join(
    '\n',
  )
}

/** Those that somebody has started by hand; undefined: none. */
export function describeForeground(
  agent: AgentStatus | undefined,
  visitors: readonly VisitorStatus[],
): Own | undefined {
  const { pid } = agent ?? visitors[0] ?? {}
  if (pid === undefined) return undefined
  const text = [...(agent ? [describeAgent(agent)] : []), ...visitors.map(describeVisitor)].join('\n')
  return { text, values: { pid, agent: agent ?? null, visitors }, exitCode: exitCodeOf(agent) }
}

/** A script learns by it that a tunnel is missing. */
export function exitCodeOf(agent: AgentStatus | undefined): number {
  return agent?.refused?.length ? exitCode.tunnelMissing : exitCode.ok
}

function describeRefused(refused: NonNullable<AgentStatus['refused']>): string[] {
  if (refused.length === 0) return []
  return [
    ...refused.map(({ name, reason }) => `[${name}] of npc.conf is not on the server: ${reason}`),
    'What was refused is asked for again when npc connects the next time. After a change, start npc again.',
  ]
}

function describeVisit({ name, port, way }: RunningVisit): string {
  return `[${name}] on port ${port} of this machine goes ${describeWay(way)}.`
}

function describeLinks(links: AgentStatus['directLinks']): string[] {
  if (links === undefined) return []
  if (links === null) return ['It takes part in no direct links (-direct=no, or a proxy).']
  return links.map(({ visitor, way, roundTripMs }) =>
    way === 'direct'
      ? `A visitor at ${visitor} comes directly, ${roundTripMs} ms.`
      : `A visitor at ${visitor} comes through the server: no direct way is found, or it lets nothing through.`,
  )
}

function sentence({ state, server, reason }: AgentStatus): string {
  switch (state) {
    case 'online':
      return `It is online at ${server}.`
    case 'waiting':
      return `It is not online at ${server} and tries again: ${reason}`
    case 'connecting':
      return `It is connecting to ${server}.`
    case 'failed':
      return `It has given up on ${server}: ${reason}`
    case 'stopped':
      return 'It is stopping.'
  }
}
