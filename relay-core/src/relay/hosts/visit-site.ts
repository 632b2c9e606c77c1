import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import type { Exchange } from '../../net/http1/exchange.ts'
import { valuesOf, type RawFields } from '../../net/http1/head.ts'
import { parseBasicAuth } from '../tunnels/accounts.ts'
import { refuse } from './forward/answers.ts'
import type { HostRefusal } from './forward/error-page.ts'
import { forwardRequest, type Forwarding } from './forward/forward-request.ts'
import { enterSite, reachTarget, type HostSite } from './host-site.ts'
import { KeptLink } from './forward/kept-link.ts'
import { rewriteLocation, rewriteRequest, type Visit } from './forward/rewrite-head.ts'
import { TargetLink } from './forward/target-link.ts'

export interface SiteVisit {
  readonly exchange: Exchange
  /** What to end when the tunnel does. */
  readonly connection: Duplex
  readonly visit: Visit
  /** Whom the visitor asked for, as it wrote it. */
  readonly host: string
  /** What the target is asked for: a path, or `*`. */
  readonly path: string
}

export interface VisitRules {
  readonly addOrigin: () => boolean
  readonly log: Log
}

/** The visits by one visitor's connection. Each request goes to the target by a connection of its own, or by the `KeptLink`. */
export class SiteVisits {
  readonly #rules: VisitRules
  readonly #kept = new KeptLink<HostSite>()

  constructor(rules: VisitRules) {
    this.#rules = rules
  }

  /** One request to a host tunnel: let in, proved, brought to the target and back. Never rejects. */
  async visit(site: HostSite, siteVisit: SiteVisit): Promise<void> {
    const { exchange, connection } = siteVisit
    const kept = this.#kept.take(site)
    let link = kept
    try {
      link = kept ? await this.#proved(kept, site, siteVisit) : await this.#openLink(site, siteVisit)
      if (!link) return
      const forwarded = await forwardRequest(link, exchange, this.#forwarding(site, siteVisit))
      this.#kept.settle(site, link, forwarded, { isKept: exchange.isKept, wasKept: kept !== undefined })
    } catch (error) {
      this.#rules.log.error('request failed', {
        tunnel: site.tunnelId,
        visitor: siteVisit.visit.address,
        error,
      })
      connection.destroy()
      link?.stream.destroy()
    }
  }

  /** The visitor has gone. */
  close(): Promise<void> {
    return this.#kept.close()
  }

  async #proved(
    link: TargetLink,
    site: HostSite,
    { exchange, visit }: SiteVisit,
  ): Promise<TargetLink | undefined> {
    const unproved = this.#checkUser(site, exchange.head.fields, visit)
    if (!unproved) return link
    void link.close()
    await refuse(exchange, unproved)
    return undefined
  }

  /** Undefined: the visitor was told why not. */
  async #openLink(
    site: HostSite,
    { exchange, visit, connection }: SiteVisit,
  ): Promise<TargetLink | undefined> {
    const passage = enterSite(site, visit)
    if ('refusal' in passage) {
      await refuse(exchange, passage.refusal)
      return undefined
    }
    const { visitor, signal } = passage
    signal.addEventListener('abort', () => connection.destroy(), { once: true })
    const onGone = () => passage.end()
    exchange.gone.addEventListener('abort', onGone, { once: true })
    try {
      const unproved = this.#checkUser(site, exchange.head.fields, visit)
      const stream = unproved ? { refusal: unproved, reason: undefined } : await reachTarget(site, passage)
      if (!('refusal' in stream)) {
        const link = new TargetLink(passage, stream)
        void link.closed.then(() => passage.leave())
        return link
      }
      if (!signal.aborted) {
        const { log } = this.#rules
        if (!unproved) {
          log.warn('visitor turned away', { tunnel: site.tunnelId, visitor, reason: stream.reason })
        }
        await refuse(exchange, stream.refusal)
      }
      passage.leave()
      return undefined
    } catch (error) {
      passage.leave()
      throw error
    } finally {
      exchange.gone.removeEventListener('abort', onGone)
    }
  }

  #forwarding(site: HostSite, { exchange, visit, host, path }: SiteVisit): Forwarding {
    const { hostHeader, setHeaders, users } = site
    const { method, fields } = exchange.head
    return {
      head: {
        method,
        path,
        fields: rewriteRequest({ method, host, headers: fields }, visit, {
          hostHeader,
          setHeaders,
          addOrigin: this.#rules.addOrigin(),
          dropAuthorization: users.length > 0,
          isKept: exchange.isKept,
        }),
      },
      rewriteAnswer: (answered) => rewriteLocation(answered, { visit, host, hostHeader }),
    }
  }

  #checkUser(
    { users, passwords, tunnelId }: HostSite,
    fields: RawFields,
    { address }: Visit,
  ): HostRefusal | undefined {
    if (users.length === 0) return undefined
    const given = parseBasicAuth(valuesOf(fields, 'authorization')[0])
    // A browser asks without a password first.
    if (!given) return 'unauthorized'
    const proof = passwords.check(users, given, address)
    if (proof === 'proved') return undefined
    if (proof === 'locked') return 'too-many'
    this.#rules.log.warn('wrong user or password for a host', { tunnel: tunnelId, address })
    return 'unauthorized'
  }
}
