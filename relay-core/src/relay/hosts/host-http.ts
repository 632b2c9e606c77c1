import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import { Conversation } from '../../net/http1/conversation.ts'
import type { HttpTimeoutOptions } from '../../net/listen/http-timeouts.ts'
import type { Exchange } from '../../net/http1/exchange.ts'
import { BadHead, encodeHead, valuesOf, type RequestHead } from '../../net/http1/head.ts'
import { redirectToHttps, refuse } from './answers/answers.ts'
import { errorPage, type HostRefusal } from './answers/error-page.ts'
import { readVisitedHost } from './host-name.ts'
import type { HostSite } from './host-site.ts'
import type { HostTable } from './host-table.ts'
import type { RequestOrigin } from '../../net/http1/forward/rewrite-head.ts'
import { readingsOf } from './routing-path.ts'
import { SiteRequests } from './site-requests.ts'

export interface HostHttpOptions {
  readonly sites: HostTable<HostSite>
  readonly addOrigin: () => boolean
  /** Where redirected visitors go; null: nobody listens there, so they stay. */
  readonly httpsPort: () => number | null
  readonly log: Log
  readonly limits?: Partial<HttpTimeoutOptions>
}

const defaultLimits: HttpTimeoutOptions = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }

/** Above the 32 KiB of nginx. */
const maxHeadBytes = 64 * 1024

/** The visitor, and which client's certificate it was shown. */
interface Visitor extends RequestOrigin {
  readonly connection: Duplex
  readonly certificateOf: number | undefined
  readonly known: () => void
}

/** Speaks HTTP/1 with the visitors of both shared ports, and finds the tunnel that each request is for. */
export class HostHttp {
  readonly #options: HostHttpOptions
  readonly #limits: HttpTimeoutOptions

  constructor(options: HostHttpOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
  }

  /**
   * Takes over a connection that is about to speak HTTP. `certificateOf`: the client whose certificate the visitor was shown,
   * with which no other client's site may answer, unless it has a certificate too. `known` is called once the visitor has asked for a
   * site that is there.
   */
  enter(
    connection: Duplex,
    { address, scheme, port }: RequestOrigin,
    { certificateOf, known }: { certificateOf?: number | undefined; known: () => void },
  ): void {
    this.#converse({ connection, address, scheme, port, certificateOf, known }).catch((error: unknown) => {
      this.#options.log.error('visitor failed', { visitor: `${address}:${port}`, error })
      connection.destroy()
    })
  }

  async #converse(visitor: Visitor): Promise<void> {
    const conversation = new Conversation(visitor.connection, {
      ...this.#limits,
      maxHeadBytes,
    })
    const visits = new SiteRequests(this.#options)
    let lastWords: Buffer | undefined
    try {
      for (let exchange = await conversation.next(); exchange; exchange = await conversation.next())
        await this.#answer(exchange, visitor, visits)
    } catch (error) {
      if (!(error instanceof BadHead)) throw error
      lastWords = rawPage(error.status === 431 ? 'head-too-long' : 'bad-request')
    } finally {
      void visits.close()
    }
    await conversation.end(lastWords)
  }

  async #answer(exchange: Exchange, visitor: Visitor, visits: SiteRequests): Promise<void> {
    const asked = readAsked(exchange.head)
    const readings = asked && readingsOf(asked.path)
    const found = new Set([...(readings ?? [])].map((path) => this.#find(asked?.name ?? '', path, visitor)))
    if (!asked || found.size !== 1) {
      exchange.endAfterThis()
      await refuse(exchange, 'bad-request')
      return
    }
    const [site] = found
    if (site) visitor.known()
    const httpsPort = this.#options.httpsPort()
    if (!site) await refuse(exchange, 'unknown-host')
    else if (site.paused) await refuse(exchange, 'paused')
    else if (site.redirectToHttps && visitor.scheme === 'http' && httpsPort !== null)
      await redirectToHttps(exchange, asked.host, httpsPort)
    else await visits.visit(site, { ...asked, exchange, visitorSide: visitor.connection, visit: visitor })
  }

  #find(name: string, path: string, { scheme, certificateOf }: Visitor): HostSite | undefined {
    return this.#options.sites.find(
      name,
      path,
      scheme,
      ({ clientId, certificate }) =>
        certificateOf === undefined || certificateOf === clientId || certificate !== undefined,
    )
  }
}

/** Undefined for a request that does not say, or says twice, which site it is for. */
function readAsked({
  method,
  target,
  minor,
  fields,
}: RequestHead): { host: string; name: string; path: string } | undefined {
  const hosts = valuesOf(fields, 'host')
  if (hosts.length > 1 || method === 'CONNECT') return undefined
  // The absolute form takes precedence over Host (RFC 9112 §3.2.2).
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target)
  const host = absolute?.[1] ?? hosts[0] ?? ''
  // HTTP/1.0 has no Host: such a visitor gets the tunnel for `*`.
  const name = host === '' && minor === 0 ? '' : readVisitedHost(host)
  const path = absolute ? absolute[2]?.replace(/^(?!\/)/, '/') || '/' : target
  if (name === undefined || !(path.startsWith('/') || path === '*')) return undefined
  return { host, name, path }
}

function rawPage(refusal: HostRefusal): Buffer {
  const { status, reason, headers, body } = errorPage(refusal)
  const head = encodeHead(`HTTP/1.1 ${status} ${reason}`, [
    ...Object.entries(headers).flat(),
    'Connection',
    'close',
  ])
  return Buffer.concat([head, body])
}
