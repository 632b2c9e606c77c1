import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RelayConfig } from '../../config/relay/relay-config.ts'
import type { ApiSurface } from '../api/api-surface.ts'
import type { Secrets } from '../api/hidden-secrets.ts'
import type { AuthKey, SignatureProof } from '../stock/stock-web-api/auth-key.ts'
import { readJsonBody } from '../http/request-body.ts'
import { sendJson } from '../http/send-json.ts'
import { sessionTokenOf } from './session-token.ts'
import type { Sessions } from './sessions.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

export interface HttpCallsOptions {
  config: () => RelayConfig
  api: ApiSurface
  authKey: AuthKey
  sessions: Sessions
}

/** The largest call is `config/save` with 256 KiB of text, which JSON can double. */
const maxBodyBytes = 1024 * 1024

/** The relay API as one POST per call below `/api/`, and the document about it, for scripts and other programs. */
export class HttpCalls {
  readonly #options: HttpCallsOptions

  constructor(options: HttpCallsOptions) {
    this.#options = options
  }

  /** False for a path that is none of these. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (path === '/openapi.json' && request.method === 'GET') {
      const { openApiDocument } = await import('../api/openapi.ts')
      sendJson(response, 200, openApiDocument(this.#options.config().webBaseUrl))
      return true
    }
    const name = /^\/api\/([a-z]+\/[a-zA-Z]+)$/.exec(path)?.[1]
    if (name === undefined || request.method !== 'POST') return false
    const { proof, secrets } = this.#prove(request)
    if (proof !== 'proved') {
      refuse(response, proof)
      return true
    }
    const input = await readJsonBody(request, maxBodyBytes)
    if (input === undefined) {
      const message = 'Expected the input of this call as JSON; GET openapi.json describes it.'
      sendJson(response, 400, { code: 'invalid-input', message, params: {} })
      return true
    }
    await this.call(name, input, secrets, response)
    return true
  }

  /** Makes the call and sends its answer. */
  async call(name: string, input: unknown, secrets: Secrets, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { callByName } = await import('../api/call-by-name.ts')
    const { status, body } = await callByName(await this.#options.api.calls(secrets), name, input, gone)
    sendJson(response, status, body)
  }

  #prove(request: IncomingMessage): { proof: SignatureProof; secrets: Secrets } {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const proof = this.#options.authKey.checkBearer(peerAddress(request.socket) ?? '', authorization)
      return { proof, secrets: 'shown' }
    }
    const proof = this.#options.sessions.find(sessionTokenOf(request)) ? 'proved' : 'closed'
    return { proof, secrets: 'hidden' }
  }
}

function refuse(response: ServerResponse, proof: SignatureProof): void {
  if (proof === 'locked') {
    response.setHeader('retry-after', '60')
    const message = 'Too many wrong keys from here. Try again in a minute.'
    sendJson(response, 429, { code: 'login-locked', message, params: { seconds: 60 } })
    return
  }
  const message =
    'Log in by POST /login and bring its token as X-NPS-Session, or bring "Authorization: Bearer" with the auth_key of nps.conf, ' +
    'which needs 16 characters or more.'
  sendJson(response, 401, { code: 'login-required', message, params: {} })
}
