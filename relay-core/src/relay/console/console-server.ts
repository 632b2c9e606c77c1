import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay/relay-config.ts'
import type { Log } from '../../log/log.ts'
import type { ConsolePasses } from '../api/console-passes.ts'
import type { ApiSurface } from '../api/api-surface.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { httpServerOptions, limitConnections } from '../http/http-limits.ts'
import { PipelineLimit } from '../../net/listen/pipeline-limit.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import { listen } from '../../net/listen/listen.ts'
import { AuthKey } from '../stock/stock-web-api/auth-key.ts'
import { isStockPage, isStockPath } from '../stock/stock-web-api/stock-paths.ts'
import type { StockWebApi } from '../stock/stock-web-api/stock-web-api.ts'
import type { ConsoleAssets } from './console-assets.ts'
import type { ConsoleTls } from './console-tls.ts'
import { HttpCalls } from './http-calls.ts'
import { sendJson } from '../http/send-json.ts'
import { SessionRoutes } from './session-routes.ts'
import { isSameOrigin } from './session-token.ts'
import { Sessions } from './sessions.ts'

export interface ConsoleServerOptions {
  config: () => RelayConfig
  api: ApiSurface
  assets: ConsoleAssets
  passes: Pick<ConsolePasses, 'redeem'>
  /** The folder above `conf`, which relative paths of certificates start from. */
  runPath: string
  /** Without it plain HTTP. */
  tls: ConsoleTls | undefined
  descriptors: Descriptors | undefined
  log: Log
  now: () => number
}

/** Without these a page could frame the console or load code from elsewhere. */
const safetyHeaders = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
}

/**
 * The web console: its files for everyone; the relay API without its secrets, on the WebSocket `/api` and as calls below it, for
 * those who have logged in with `POST /login`; calls, with secrets, also for holders of the auth_key.
 */
export class ConsoleServer {
  readonly #options: ConsoleServerOptions
  readonly #server: Server
  readonly #sessions: SessionRoutes
  readonly #proved: ReturnType<typeof limitConnections>
  readonly #calls: HttpCalls
  readonly #authKey: AuthKey
  #stock: StockWebApi | undefined

  constructor(options: ConsoleServerOptions) {
    this.#options = options
    this.#authKey = new AuthKey(options)
    const sessions = new Sessions(options.now)
    this.#calls = new HttpCalls({ ...options, authKey: this.#authKey, sessions })
    this.#sessions = new SessionRoutes({ ...options, sessions, calls: this.#calls })
    this.#server = options.tls
      ? createTlsServer({ ...httpServerOptions, ...options.tls, handshakeTimeout: 10_000 })
      : createServer(httpServerOptions)
    this.#proved = limitConnections(this.#server, options.descriptors)
    const pipelined = new PipelineLimit()
    this.#server.on('request', (request, response) => {
      if (pipelined.admit(request, response)) void this.#answer(request, response)
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Listens on `web_ip`, or on this machine only while the password would let strangers in. */
  async listen(): Promise<{ host: string; port: number }> {
    const config = this.#options.config()
    const host = consoleHost(config)
    await listen(this.#server, { host, port: config.webPort ?? 0 })
    return { host, port: (this.#server.address() as AddressInfo).port }
  }

  async close(): Promise<void> {
    this.#sessions.close()
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [path, query = ''] = (request.url ?? '').split('?')
    if (path !== `${this.#basePath}/api`) return refuseUpgrade(socket, 404, 'Not Found')
    if (!isSameOrigin(request)) return refuseUpgrade(socket, 403, 'Forbidden')
    const session = this.#sessions.redeem(new URLSearchParams(query).get('ticket') ?? '')
    if (!session) return refuseUpgrade(socket, 401, 'Unauthorized')
    this.#proved(request.socket)
    this.#options.api.accept(request, socket, head, { until: session, secrets: 'hidden' })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value)
    try {
      const asked = (request.url ?? '/').split('?')[0] ?? '/'
      const path = this.#inside(asked)
      if (path !== undefined) await this.#route(path, request, response)
      else if (asked === '/' || asked === this.#basePath || isStockPage(asked, request)) {
        response.writeHead(302, { location: `${this.#basePath}/` }).end()
      } else sendJson(response, 404, { code: 'not-found', message: 'There is nothing here.' })
    } catch (error) {
      // A client that disconnects during a request is not a failure of ours, and must not fill the log.
      if (request.destroyed && !request.complete) return
      this.#options.log.error('console request failed', { error })
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { message: 'The relay could not answer. Its log tells why.' })
    }
  }

  async #route(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${path}`
    if (request.method === 'POST' && !isSameOrigin(request))
      sendJson(response, 403, { code: 'login-required', message: 'This page belongs to another server.' })
    else if (await this.#sessions.answer(route, request, response)) return
    else if (await this.#calls.answer(path, request, response)) return
    else if (isStockPath(path) && (await this.#answerStock(path, request, response))) return
    else if (isStockPage(path, request)) response.writeHead(302, { location: `${this.#basePath}/` }).end()
    else if (request.method === 'GET' || request.method === 'HEAD') await this.#sendAsset(path, response)
    else sendJson(response, 405, { code: 'invalid-input', message: 'There is nothing here.' })
  }

  async #answerStock(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { StockWebApi } = await import('../stock/stock-web-api/stock-web-api.ts')
    this.#stock ??= new StockWebApi({ ...this.#options, authKey: this.#authKey })
    const hasSession = this.#sessions.isScript(request)
    return this.#stock.answer(path, { request, response, hasSession })
  }

  async #sendAsset(path: string, response: ServerResponse): Promise<void> {
    const asset = await this.#options.assets(path)
    if (!asset) {
      sendJson(response, 404, { code: 'not-found', message: 'There is nothing here.' })
      return
    }
    // Built files have a hash in their names; the page itself must be fresh after an upgrade.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    response.writeHead(200, {
      'content-type': asset.type,
      'content-length': asset.body.length,
      'cache-control': cache,
    })
    response.end(asset.body)
  }

  get #basePath(): string {
    return this.#options.config().webBaseUrl
  }

  /** The path below the console's own; undefined for anything outside. */
  #inside(path: string): string | undefined {
    return path.startsWith(`${this.#basePath}/`) ? path.slice(this.#basePath.length) : undefined
  }
}

/** Where the console listens: `web_ip`, or this machine alone while its password is empty or well-known. */
export function consoleHost(config: RelayConfig): string {
  return consoleIsGuarded(config) ? config.webIp : '127.0.0.1'
}
