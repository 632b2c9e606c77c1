import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../../log.ts'
import { HttpPatience, type HttpTimeouts } from '../../transport/http-patience.ts'
import { serveConnection } from '../../transport/serve-connection.ts'
import { AttemptLimit } from '../attempt-limit.ts'
import { redirectToHttps, refuse } from './answers.ts'
import { errorPage } from './error-page.ts'
import { readVisitedHost } from './host-name.ts'
import type { HostSite } from './host-site.ts'
import type { HostTable } from './host-table.ts'
import { isUpgradeRequest, valuesOf, type Visit } from './rewrite-head.ts'
import { readingsOf } from './routing-path.ts'
import { visitSite } from './visit-site.ts'

export interface HostHttpOptions {
  readonly sites: HostTable<HostSite>
  readonly addOrigin: () => boolean
  /** Where redirected visitors go; null: nobody listens there, so they stay. */
  readonly httpsPort: () => number | null
  readonly log: Log
  readonly limits?: Partial<HttpTimeouts>
}

const defaultLimits: HttpTimeouts = { headTimeoutMs: 10_000, keepAliveTimeoutMs: 60_000 }

const largestHeadBytes = 32 * 1024

interface Visitor extends Visit {
  readonly patience: HttpPatience
  readonly certificateOf: number | undefined
  /** It has said all it will say, and waits for the answer; another that ends its half has left. */
  mayEnd: boolean
}

/** Speaks HTTP/1 with the visitors of both shared ports, and finds the tunnel that each request means. */
export class HostHttp {
  readonly #options: HostHttpOptions
  readonly #limits: HttpTimeouts
  readonly #wrongPasswords = new AttemptLimit({ most: 20, windowMs: 60_000, now: Date.now })
  readonly #visitors = new WeakMap<object, Visitor>()
  readonly #server: Server

  constructor(options: HostHttpOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    // Never listens: connections are handed to it, so that both runtimes use the same strict parser.
    this.#server = createServer({
      maxHeaderSize: largestHeadBytes,
      insecureHTTPParser: false,
      keepAliveTimeout: this.#limits.keepAliveTimeoutMs,
      // Answered by a page of ours, and HTTP/1.0 has none.
      requireHostHeader: false,
      shouldUpgradeCallback: ({ rawHeaders }) => isUpgradeRequest(rawHeaders),
    })
    // Its default drops or refuses fields beyond 2,000, depending on the runtime. Here the size is the only limit: a
    // field counts at least one byte, so this number is never reached.
    this.#server.maxHeadersCount = largestHeadBytes
    Object.assign(this.#server, { httpAllowHalfOpen: true })
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(request, response, undefined)
    this.#server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest)
    this.#server.on('upgrade', (request, socket, early) => this.#upgrade(request, socket as Socket, early))
    this.#server.on('connect', (_request, socket) => socket.end(rawPage('bad-request')))
    this.#server.on('clientError', (_error, duplex) => {
      const socket = duplex as Socket
      if (socket.writable && socket.bytesWritten === 0) socket.end(rawPage('bad-request'))
      socket.destroySoon()
    })
  }

  /**
   * Takes over a connection that is about to speak HTTP. `certificateOf`: the client whose certificate the visitor was shown,
   * with which no other client's site may answer, unless it has one too.
   */
  enter(
    socket: Socket,
    { address, scheme, port }: Visit,
    { certificateOf }: { certificateOf?: number | undefined } = {},
  ): void {
    const patience = new HttpPatience(socket, this.#limits)
    const visitor: Visitor = { address, scheme, port, patience, certificateOf, mayEnd: false }
    this.#visitors.set(socket, visitor)
    socket.on('end', () => {
      if (patience.pending > 0 && !visitor.mayEnd) socket.destroy()
    })
    serveConnection(this.#server, socket)
    socket.resume()
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

  #upgrade(request: IncomingMessage, socket: Socket, early: Buffer): void {
    // The target may refuse the upgrade in plain HTTP, after which the connection ends.
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.destroySoon())
    socket.on('error', () => undefined)
    this.#answer(request, response, early)
  }

  #answer(request: IncomingMessage, response: ServerResponse, early: Buffer | undefined): void {
    const { socket } = request
    const visitor = this.#visitors.get(socket)
    if (!visitor) {
      socket.destroy()
      return
    }
    if (!visitor.patience.admit(response)) return
    visitor.mayEnd = early !== undefined || isLastRequest(request)
    request.on('error', () => undefined)
    const asked = readAsked(request)
    if (!asked) {
      response.shouldKeepAlive = false
      refuse(response, 'bad-request')
      return
    }
    const readings = readingsOf(asked.path)
    const found = new Set([...(readings ?? [])].map((path) => this.#find(asked.name, path, visitor)))
    if (found.size !== 1) {
      refuse(response, 'bad-request')
      return
    }
    const [site] = found
    const httpsPort = this.#options.httpsPort()
    if (!site) refuse(response, 'unknown-host')
    else if (site.paused) refuse(response, 'paused')
    else if (site.redirectToHttps && visitor.scheme === 'http' && httpsPort !== null) {
      redirectToHttps(response, asked.host, httpsPort)
    } else {
      void visitSite(
        site,
        { ...asked, request, response, visit: visitor, early },
        { ...this.#options, wrongPasswords: this.#wrongPasswords },
      )
    }
  }
}

/** Undefined for a request that does not say, or says twice, which site it is for, or whose framing is not plain. */
function readAsked({
  url = '/',
  rawHeaders,
  httpVersion,
}: IncomingMessage): { host: string; name: string; path: string } | undefined {
  const hosts = valuesOf(rawHeaders, 'host')
  const codings = valuesOf(rawHeaders, 'transfer-encoding')
  if (hosts.length > 1 || codings.some((coding) => coding.toLowerCase() !== 'chunked')) return undefined
  // What a proxy is asked counts more than Host (RFC 9112 §3.2.2).
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url)
  const host = absolute?.[1] ?? hosts[0] ?? ''
  // HTTP/1.0 has no Host: such a visitor gets what answers to every name.
  const name = host === '' && httpVersion === '1.0' ? '' : readVisitedHost(host)
  const path = absolute ? absolute[2]?.replace(/^(?!\/)/, '/') || '/' : url
  if (name === undefined || !(path.startsWith('/') || path === '*')) return undefined
  return { host, name, path }
}

function isLastRequest({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.0' || /\bclose\b/i.test(headers.connection ?? '')
}

function rawPage(refusal: 'bad-request'): Buffer {
  const { status, reason, headers, body } = errorPage(refusal)
  const fields = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${fields.join('')}\r\n`), body])
}
