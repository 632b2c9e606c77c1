import type { IncomingMessage, ServerResponse } from 'node:http'
import { RelayError } from '../../api/errors.ts'
import { consoleIsGuarded, type RelayConfig } from '../../config/relay/relay-config.ts'
import type { Log } from '../../log/log.ts'
import type { ConsolePasses } from '../api/console-passes.ts'
import type { HttpCalls } from './http-calls.ts'
import { Login } from './login.ts'
import { readBody, readJsonBody } from '../http/request-body.ts'
import { sendJson } from '../http/send-json.ts'
import { cookieForScripts, isFromBrowser, scriptTokenOf, sessionTokenOf } from './session-token.ts'
import { Sessions } from './sessions.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

export interface SessionRoutesOptions {
  readonly config: () => RelayConfig
  /** Of people, at the page. */
  readonly sessions: Sessions
  readonly calls: HttpCalls
  /** Of the app, for its person's browser. */
  readonly passes: Pick<ConsolePasses, 'redeem'>
  /** Undefined without TLS. */
  readonly tls: object | undefined
  readonly log: Log
  readonly now: () => number
}

const maxLoginBytes = 4 * 1024

/** Logging in to the console and out, opening its WebSocket, and showing a secret. */
export class SessionRoutes {
  readonly #options: SessionRoutesOptions
  readonly #login: Login
  readonly #sessions: Sessions
  /** For scripts that log in as with stock: their cookie opens the stock web API and nothing else. */
  readonly #scripts: Sessions

  constructor(options: SessionRoutesOptions) {
    this.#options = options
    this.#login = new Login(options)
    this.#sessions = options.sessions
    this.#scripts = new Sessions(options.now)
  }

  /** `route`: method and path below the console's own. False for any other one. */
  async answer(route: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    switch (route) {
      case 'GET /session':
        sendJson(response, 200, {
          loggedIn: this.#sessions.find(sessionTokenOf(request)) !== undefined,
          passwordSet: consoleIsGuarded(this.#options.config()),
        })
        return true
      case 'POST /login':
        await this.#logIn(request, response)
        return true
      case 'POST /login/pass':
        await this.#logInByPass(request, response)
        return true
      case 'POST /login/verify':
        await this.#logInAsStock(request, response)
        return true
      case 'POST /logout':
        this.#logOut(request, response)
        return true
      case 'POST /ticket':
        this.#giveTicket(request, response)
        return true
      case 'POST /reveal/clients/command':
        await this.#showCommand(request, response)
        return true
      default:
        return false
    }
  }

  /** The signal of the session that a ticket belongs to. */
  redeem(ticket: string): AbortSignal | undefined {
    return this.#sessions.redeem(ticket)
  }

  /** Whether the request is from a script that has logged in as with stock. */
  isScript(request: IncomingMessage): boolean {
    return this.#scripts.find(scriptTokenOf(request)) !== undefined
  }

  close(): void {
    this.#sessions.endAll()
    this.#scripts.endAll()
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = ((await readJsonBody(request, maxLoginBytes)) ?? {}) as Record<string, unknown>
    const { username, password } = body
    if (typeof username !== 'string' || typeof password !== 'string') {
      sendJson(response, 400, { code: 'invalid-input', message: 'Expected {"username": …, "password": …}.' })
      return
    }
    const refused = refusalOf(() => this.#login.check(addressOf(request), username, password))
    if (refused) return sendRefusal(response, refused)
    const { token, lifetimeMs } = this.#sessions.create()
    sendJson(response, 200, { token, expiresInMs: lifetimeMs })
  }

  async #logInByPass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = ((await readJsonBody(request, maxLoginBytes)) ?? {}) as Record<string, unknown>
    const { token: pass } = body
    if (typeof pass !== 'string' || !this.#options.passes.redeem(pass)) {
      return sendRefusal(
        response,
        new RelayError('login-required', 'This way in was used already, or is too old.'),
      )
    }
    this.#options.log.info('console login by the admin key', { address: addressOf(request) })
    const { token, lifetimeMs } = this.#sessions.create()
    sendJson(response, 200, { token, expiresInMs: lifetimeMs })
  }

  #giveTicket(request: IncomingMessage, response: ServerResponse): void {
    const ticket = this.#sessions.ticket(sessionTokenOf(request))
    if (ticket === undefined) return sendRefusal(response, notLoggedIn())
    sendJson(response, 200, { ticket })
  }

  /** The line that starts a client's agent holds its vkey: it takes the password once more, and is logged. */
  async #showCommand(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = ((await readJsonBody(request, maxLoginBytes)) ?? {}) as Record<string, unknown>
    if (!this.#sessions.find(sessionTokenOf(request))) return sendRefusal(response, notLoggedIn())
    const { password, input } = body
    const given = typeof password === 'string' ? password : ''
    const refused = refusalOf(() => this.#login.checkAgain(addressOf(request), given))
    if (refused) return sendRefusal(response, refused)
    const { id } = (input ?? {}) as { id?: unknown }
    this.#options.log.info('the key of a client was shown in the console', {
      address: addressOf(request),
      client: id,
    })
    await this.#options.calls.call('clients/command', input, 'shown', response)
  }

  /** For scripts that log in to stock with a form and then use its web API with the session. */
  async #logInAsStock(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isFromBrowser(request)) {
      // Its cookie would be sent to every other port of this server.
      const msg = 'This is for scripts. In a browser, log in on the page of the console.'
      sendJson(response, 200, { status: 0, msg })
      return
    }
    const form = new URLSearchParams((await readBody(request, maxLoginBytes)) ?? '')
    const [username, password] = [form.get('username') ?? '', form.get('password') ?? '']
    const refused = refusalOf(() => this.#login.check(addressOf(request), username, password))
    if (refused) return sendJson(response, 200, { status: 0, msg: refused.message })
    const { token, lifetimeMs } = this.#scripts.create()
    response.setHeader('set-cookie', cookieForScripts(token, lifetimeMs, this.#cookieScope))
    sendJson(response, 200, { status: 1, msg: 'login success' })
  }

  #logOut(request: IncomingMessage, response: ServerResponse): void {
    this.#sessions.end(sessionTokenOf(request))
    const script = scriptTokenOf(request)
    if (script !== undefined) {
      this.#scripts.end(script)
      response.setHeader('set-cookie', cookieForScripts('', 0, this.#cookieScope))
    }
    sendJson(response, 200, {})
  }

  get #cookieScope() {
    return { basePath: this.#options.config().webBaseUrl, secure: this.#options.tls !== undefined }
  }
}

function addressOf(request: IncomingMessage): string {
  return peerAddress(request.socket) ?? ''
}

/** Why it refuses, or undefined. */
function refusalOf(check: () => void): RelayError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof RelayError) return error
    throw error
  }
}

function notLoggedIn(): RelayError {
  return new RelayError('login-required', 'The session is over. Log in.')
}

function sendRefusal(response: ServerResponse, { code, message, params }: RelayError): void {
  if (code === 'login-locked') response.setHeader('retry-after', String(params['seconds']))
  sendJson(response, code === 'login-locked' ? 429 : 401, { code, message, params })
}
