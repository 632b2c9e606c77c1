import type { PushedConfiguration } from '../stock/configuration/pushed-configuration.ts'
import type { PushedOutcome } from '../stock/configuration/pushed-document.ts'
import type { Log } from '../log/log.ts'
import { shortLine } from './listening/short-line.ts'

/** A section of npc.conf that the relay has not taken, and why, with the next step. */
export interface RefusedSection {
  readonly name: string
  readonly reason: string
}

/** The relay's words, in UTF-16 units: two or three sentences. */
const maxReasonLength = 400
const maxNameLength = 100

const mayNotBring =
  'The server does not let this lab box bring tunnels of its own. Allow it there (nps client edit -may_push=true), or add them there.'

/** What a native relay has refused. One of an older version does not say why. */
export function refusedSections(
  configuration: Pick<PushedConfiguration, 'hosts' | 'tunnels'>,
  { refused, reasons, denied }: PushedOutcome,
): RefusedSection[] {
  const sections = [
    ...configuration.hosts.map(({ remark }) => ({ remark, mode: 'host' })),
    ...configuration.tunnels,
  ]
  if (denied) return sections.map(({ remark }) => ({ name: remark, reason: mayNotBring }))
  // each section is refused once at most: the rest of a longer list is made up
  return refused.slice(0, sections.length).map((told, at) => ({
    name: shortLine(told, maxNameLength),
    reason:
      shortLine(reasons[at] ?? '', maxReasonLength).trim() ||
      likelyCauses(sections.find(({ remark }) => remark === told)?.mode),
  }))
}

/** For a relay that says no, and not why, as those of stock NPS do. */
export function likelyCauses(mode: string | undefined): string {
  const where = "Its log or its console may tell; change the section, or ask the server's owner."
  switch (mode) {
    case 'host':
      return `The server does not say why. Most likely another tunnel has this host and location already. ${where}`
    case 'secret':
    case 'p2p':
      return `The server does not say why. Most likely another private tunnel has the same password. ${where}`
    default:
      return `The server does not say why. Most likely its port is taken there, is outside its allow_ports, or this lab box has as many tunnels as it may. ${where}`
  }
}

/** In the log: each section by its name, then that the others are there. */
export function tellRefused(
  refused: readonly RefusedSection[],
  { server, log }: { server: string; log: Log },
): void {
  for (const { name, reason } of refused)
    log.error('a tunnel of npc.conf is not on the relay', { server, section: name, reason })
  log.info('npc.conf is on the relay', { server, refused: refused.length })
}
