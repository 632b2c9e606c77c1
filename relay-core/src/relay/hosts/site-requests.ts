import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import type { Exchange } from '../../net/http1/exchange.ts'
import { valuesOf, type RawFields } from '../../net/http1/head.ts'
import { parseBasicAuth } from '../tunnels/tunnel-users.ts'
import { refuse } from './answers/answers.ts'
import type { HostRefusal } from './answers/error-page.ts'
import { forwardRequest, type Forwarding } from '../../net/http1/forward/forward-request.ts'
import { enterSite, reachTarget, type HostSite } from './host-site.ts'
import { KeptLink } from '../../net/http1/forward/kept-link.ts'
import { rewriteLocation, rewriteRequest, type RequestOrigin } from '../../net/http1/forward/rewrite-head.ts'
import { TargetLink } from '../../net/http1/forward/target-link.ts'

export interface SiteRequest {
  readonly exchange: Exchange
  /** What to end when the tunnel does. */
  readonly visitorSide: Duplex
  readonly visit: RequestOrigin
  /** The host that the visitor asked for, as written. */
  readonly host: string
  /** The request target: a path, or `*`. */
  readonly path: string
}

export interface SiteRequestOptions {
  readonly addOrigin: () => boolean
  readonly log: Log
}

/** The requests of one visitor's connection. Each goes to the target over a connection of its own, or over the `KeptLink`. */
export class SiteRequests {
  readonly #rules: SiteRequestOptions
  readonly #kept = new KeptLink<HostSite>()

  constructor(rules: SiteRequestOptions) {
    this.#rules = rules
  }

  /** One request to a host tunnel: admitted, authenticated, forwarded and answered. Never rejects. */
  async visit(site: HostSite, request: SiteRequest): Promise<void> {
    const { exchange, visitorSide } = request
    const kept = this.#kept.take(site)
    let link = kept
    try {
      link = kept ? await this.#proved(kept, site, request) : await this.#openLink(site, request)
      if (!link) return
      const forwarded = await forwardRequest(link, exchange, this.#forwarding(site, request))
      this.#kept.settle(site, link, forwarded, { isKept: exchange.isKept, wasKept: kept !== undefined })
    } catch (error) {
      this.#rules.log.error('request failed', {
        tunnel: site.tunnelId,
        visitor: request.visit.address,
        error,
      })
      visitorSide.destroy()
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
    { exchange, visit }: SiteRequest,
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
    { exchange, visit, visitorSide }: SiteRequest,
  ): Promise<TargetLink | undefined> {
    const connection = enterSite(site, visit)
    if ('refusal' in connection) {
      await refuse(exchange, connection.refusal)
      return undefined
    }
    const { visitor, signal } = connection
    signal.addEventListener('abort', () => visitorSide.destroy(), { once: true })
    const onGone = () => connection.end()
    exchange.gone.addEventListener('abort', onGone, { once: true })
    try {
      const unproved = this.#checkUser(site, exchange.head.fields, visit)
      const stream = unproved ? { refusal: unproved, reason: undefined } : await reachTarget(site, connection)
      if (!('refusal' in stream)) {
        const link = new TargetLink(stream, (one, other) => connection.join(one, other))
        void link.closed.then(() => connection.leave())
        return link
      }
      if (!signal.aborted) {
        const { log } = this.#rules
        if (!unproved) {
          log.warn('visitor turned away', { tunnel: site.tunnelId, visitor, reason: stream.reason })
        }
        await refuse(exchange, stream.refusal)
      }
      connection.leave()
      return undefined
    } catch (error) {
      connection.leave()
      throw error
    } finally {
      exchange.gone.removeEventListener('abort', onGone)
    }
  }

  #forwarding(site: HostSite, { exchange, visit, host, path }: SiteRequest): Forwarding {
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
      refuse,
      rewriteAnswer: (answered) => rewriteLocation(answered, { visit, host, hostHeader }),
    }
  }

  #checkUser(
    { users, passwords, tunnelId }: HostSite,
    fields: RawFields,
    { address }: RequestOrigin,
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
