import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../log.ts'
import type { AttemptLimit } from '../attempt-limit.ts'
import { isAccount, parseBasicAuth } from '../tunnels/accounts.ts'
import { refuse } from './answers.ts'
import type { HostRefusal } from './error-page.ts'
import { forwardRequest } from './forward-request.ts'
import { enterSite, reachTarget, type HostSite } from './host-site.ts'
import { rewriteRequest, type Visit } from './rewrite-head.ts'
import { streamPair } from './stream-pair.ts'

/** A target that has answered, and was told that this is all, may take this long to hang up. */
const lingerMs = 5_000

export interface SiteVisit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly visit: Visit
  /** Whom the visitor asked for, as it wrote it. */
  readonly host: string
  /** What the target is asked for: a path, or `*`. */
  readonly path: string
  /** What came behind the head of an upgrade; undefined: an ordinary request. */
  readonly early: Buffer | undefined
}

export interface VisitRules {
  readonly addOrigin: () => boolean
  readonly wrongPasswords: AttemptLimit
  readonly log: Log
}

/** One request to a host tunnel: let in, proved, brought to the target and back. Never rejects. */
export async function visitSite(site: HostSite, siteVisit: SiteVisit, rules: VisitRules): Promise<void> {
  const { request, response, visit, early } = siteVisit
  const { socket } = request
  const passage = enterSite(site, visit)
  if ('refusal' in passage) {
    refuse(response, passage.refusal)
    return
  }
  const { visitor, signal } = passage
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  const onGone = () => passage.end()
  response.once('close', onGone)
  try {
    const unproved = checkUser(site, siteVisit, rules)
    if (unproved) {
      refuse(response, unproved)
      return
    }
    const stream = await reachTarget(site, passage)
    if ('refusal' in stream) {
      if (signal.aborted) return
      rules.log.warn('visitor turned away', { tunnel: site.tunnelId, visitor, reason: stream.reason })
      refuse(response, stream.refusal)
      return
    }
    response.off('close', onGone)
    const [near, far] = streamPair()
    const joined = passage.join(far, stream)
    const head = {
      method: request.method ?? 'GET',
      path: siteVisit.path,
      headers: rewriteRequest(
        { method: request.method ?? 'GET', host: siteVisit.host, headers: request.rawHeaders },
        visit,
        {
          hostHeader: site.hostHeader,
          setHeaders: site.setHeaders,
          addOrigin: rules.addOrigin(),
          dropAuthorization: site.users.length > 0,
        },
      ),
    }
    await forwardRequest(near, { request, response, head, early })
    const linger = setTimeout(() => far.destroy(), lingerMs)
    await joined
    clearTimeout(linger)
  } catch (error) {
    rules.log.error('request failed', { tunnel: site.tunnelId, visitor, error })
    socket.destroy()
  } finally {
    response.off('close', onGone)
    passage.leave()
  }
}

function checkUser(
  { users, tunnelId }: HostSite,
  { request, visit }: SiteVisit,
  { wrongPasswords, log }: VisitRules,
): HostRefusal | undefined {
  if (users.length === 0) return undefined
  if (wrongPasswords.lockedForMs(visit.address) > 0) return 'too-many'
  const { authorization } = request.headers
  const given = parseBasicAuth(authorization)
  if (given && isAccount(users, given)) return undefined
  // A browser asks without a password first.
  if (authorization !== undefined) {
    wrongPasswords.failed(visit.address)
    log.warn('wrong user or password for a host', { tunnel: tunnelId, address: visit.address })
  }
  return 'unauthorized'
}
