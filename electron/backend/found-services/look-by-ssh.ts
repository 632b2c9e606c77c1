import type { FoundService } from '@nps-desktop/electron/contract'
import { labServicesScript } from '../labs/lab-services.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { askFirstPage } from './first-page.ts'
import { type LookAnswer, parseLook } from './look-answer.ts'
import { lookAtWindows } from './look-at-windows.ts'
import { lookScript } from './look-script.ts'
import { byRank, servicesOf } from './services-of-look.ts'

/** This many unknown ones are asked for their first page in one look; the others have their turn in the next. */
const maxAsked = 8

/** What the unknown ones have answered, by port and name: each is asked once. */
export type AskedPages = Map<string, FoundService>

/**
 * What listens there, with the first pages that are known now; not `hasLooked`: what is known of it otherwise, since the system has not listed it. Rejects as
 * the session does.
 */
export async function lookBySsh(
  session: SshSession,
  before: AskedPages,
  { signal }: { signal: AbortSignal },
): Promise<{ services: FoundService[]; hasLooked: boolean; asked: AskedPages }> {
  const look = await (session.isWindows ? lookAtWindows : lookByShell)(session, { signal })
  const { known, unknown } = servicesOf(look)
  const asked: AskedPages = new Map()
  const fresh: FoundService[] = []
  for (const { port, service } of unknown) {
    const name = `${port} ${service.name}`
    const answered = before.get(name)
    if (answered) asked.set(name, answered)
    else if (fresh.length < maxAsked) fresh.push(service)
  }
  const answers = await Promise.all(fresh.map((service) => askFirstPage(service, session, { signal })))
  fresh.forEach((service, at) => asked.set(`${service.port} ${service.name}`, answers[at] ?? service))
  return {
    services: [...known, ...asked.values()].toSorted(byRank).slice(0, 100),
    hasLooked: look.hasLooked,
    asked,
  }
}

async function lookByShell(session: SshSession, { signal }: { signal: AbortSignal }): Promise<LookAnswer> {
  const script = `${lookScript}\n${labServicesScript}`
  return parseLook((await new RemoteShell(session).run(script, { signal })).stdout)
}
