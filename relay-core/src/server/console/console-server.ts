import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay-config.ts'
import type { Log } from '../../log.ts'
import type { ApiDoor } from '../api/api-door.ts'
import { refuseUpgrade } from '../refuse-upgrade.ts'
import { listen } from '../listen.ts'
import { AuthKey } from '../stock-web-api/auth-key.ts'
import type { ConsoleAssets } from './console-assets.ts'
import type { ConsoleTls } from './console-tls.ts'
import { HttpCalls } from './http-calls.ts'
import { Login } from './login.ts'
import { readJsonBody } from './request-body.ts'
import { sendJson } from './send-json.ts'
import { isSameOrigin, sessionCookie, sessionTokenOf } from './session-cookie.ts'
import { Sessions } from './sessions.ts'

export interface ConsoleServerOptions {
  config: () => RelayConfig
  api: ApiDoor
  assets: ConsoleAssets
  /** Without it plain HTTP. */
  tls: ConsoleTls | undefined
  log: Log
  now: () => number
}

const largestLoginBytes = 4 * 1024

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
 * The web console: its files for anybody; the relay API, on the WebSocket `/api` and as calls below it, for who has
 * logged in by `POST /login`; calls also for who has the auth_key.
 */
export class ConsoleServer {
  readonly #options: ConsoleServerOptions
  readonly #server: Server
  readonly #login: Login
  readonly #sessions: Sessions
  readonly #calls: HttpCalls

  constructor(options: ConsoleServerOptions) {
    this.#options = options
    this.#login = new Login(options)
    this.#sessions = new Sessions(options.now)
    this.#calls = new HttpCalls({ ...options, authKey: new AuthKey(options), sessions: this.#sessions })
    const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 }
    this.#server = options.tls
      ? createTlsServer({ ...limits, ...options.tls, handshakeTimeout: 10_000 })
      : createServer(limits)
    this.#server.maxConnections = 512
    this.#server.on('request', (request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Listens on `web_ip`; on this machine only while the password would let strangers in. */
  async listen(): Promise<{ host: string; port: number }> {
    const config = this.#options.config()
    const host = consoleHost(config)
    await listen(this.#server, { host, port: config.webPort ?? 0 })
    return { host, port: (this.#server.address() as AddressInfo).port }
  }

  async close(): Promise<void> {
    this.#sessions.endAll()
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url !== `${this.#basePath}/api`) return refuseUpgrade(socket, 404, 'Not Found')
    if (!isSameOrigin(request)) return refuseUpgrade(socket, 403, 'Forbidden')
    const session = this.#sessions.find(sessionTokenOf(request))
    if (!session) return refuseUpgrade(socket, 401, 'Unauthorized')
    this.#options.api.accept(request, socket, head, session)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value)
    try {
      const asked = (request.url ?? '/').split('?')[0] ?? '/'
      const path = this.#inside(asked)
      if (path !== undefined) await this.#route(path, request, response)
      else if (asked === '/' || asked === this.#basePath) {
        response.writeHead(302, { location: `${this.#basePath}/` }).end()
      } else sendJson(response, 404, { code: 'not-found', message: 'There is nothing here.' })
    } catch (error) {
      this.#options.log.error('console request failed', { error })
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { message: 'The relay could not answer. Its log tells why.' })
    }
  }

  async #route(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${path}`
    if (request.method === 'POST' && !isSameOrigin(request))
      sendJson(response, 403, { code: 'login-required', message: 'This page belongs to another server.' })
    else if (route === 'POST /login') await this.#logIn(request, response)
    else if (route === 'POST /logout') this.#logOut(request, response)
    else if (route === 'GET /session') {
      const isIn = this.#sessions.find(sessionTokenOf(request)) !== undefined
      sendJson(response, 200, { loggedIn: isIn, passwordSet: consoleIsGuarded(this.#options.config()) })
    } else if (await this.#calls.answer(path, request, response)) return
    else if (request.method === 'GET' || request.method === 'HEAD') await this.#sendAsset(path, response)
    else sendJson(response, 405, { code: 'invalid-input', message: 'There is nothing here.' })
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = ((await readJsonBody(request, largestLoginBytes)) ?? {}) as Record<string, unknown>
    const { username, password } = body
    if (typeof username !== 'string' || typeof password !== 'string') {
      sendJson(response, 400, { code: 'invalid-input', message: 'Expected {"username": …, "password": …}.' })
      return
    }
    try {
      this.#login.check(request.socket.remoteAddress ?? '', username, password)
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      const { code, message, params } = error
      if (code === 'login-locked') response.setHeader('retry-after', String(params['seconds']))
      sendJson(response, code === 'login-locked' ? 429 : 401, { code, message, params })
      return
    }
    const { token, lifetimeMs } = this.#sessions.create()
    response.setHeader('set-cookie', sessionCookie(token, lifetimeMs, this.#cookieScope))
    sendJson(response, 200, {})
  }

  #logOut(request: IncomingMessage, response: ServerResponse): void {
    this.#sessions.end(sessionTokenOf(request))
    response.setHeader('set-cookie', sessionCookie('', 0, this.#cookieScope))
    sendJson(response, 200, {})
  }

  async #sendAsset(path: string, response: ServerResponse): Promise<void> {
    const asset = await this.#options.assets(path)
    if (!asset) {
      sendJson(response, 404, { code: 'not-found', message: 'There is nothing here.' })
      return
    }
    // Built files have their hash in the name; the page itself must be fresh after an upgrade.
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

  get #cookieScope() {
    return { basePath: this.#basePath, secure: this.#options.tls !== undefined }
  }

  /** The path below the console's own; undefined for what lies outside. */
  #inside(path: string): string | undefined {
    return path.startsWith(`${this.#basePath}/`) ? path.slice(this.#basePath.length) : undefined
  }
}

/** Where the console listens: `web_ip`, or this machine alone while its password is empty or well-known. */
export function consoleHost(config: RelayConfig): string {
  return consoleIsGuarded(config) ? config.webIp : '127.0.0.1'
}
