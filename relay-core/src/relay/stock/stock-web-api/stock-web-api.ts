import type { IncomingMessage, ServerResponse } from 'node:http'
import { toRelayError } from '../../../api-client/relay-client.ts'
import type { ApiSurface } from '../../api/api-surface.ts'
import { readBody } from '../../http/request-body.ts'
import { sendJson } from '../../http/send-json.ts'
import type { AuthKey, SignatureProof } from './auth-key.ts'
import { clientEndpoints } from './client-endpoints.ts'
import { Form } from './form.ts'
import { tunnelEndpoints } from './tunnel-endpoints.ts'
import { peerAddress } from '../../../net/address/plain-address.ts'

export interface StockWebApiOptions {
  api: ApiSurface
  authKey: AuthKey
  runPath: string
  now: () => number
}

const maxFormBytes = 256 * 1024
const endpoints = { ...clientEndpoints, ...tunnelEndpoints }

/** The web API of stock nps, for scripts: forms in, stock's documents out, over the calls of the relay API. */
export class StockWebApi {
  readonly #options: StockWebApiOptions

  constructor(options: StockWebApiOptions) {
    this.#options = options
  }

  /** False for a path that stock does not have, or a request with neither key nor session: then the path does not exist. */
  async answer(
    path: string,
    {
      request,
      response,
      hasSession,
    }: { request: IncomingMessage; response: ServerResponse; hasSession: boolean },
  ): Promise<boolean> {
    const { authKey, api, runPath, now } = this.#options
    if (!hasSession && !authKey.isOpen) {
      authKey.tellClosed(peerAddress(request.socket) ?? '')
      return false
    }
    if (path === '/auth/gettime') {
      sendJson(response, 200, { time: Math.floor(now() / 1000) })
      return true
    }
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
    if (!endpoint || request.method !== 'POST') return false
    const body = await readBody(request, maxFormBytes)
    if (body === undefined) {
      sendJson(response, 413, { status: 0, msg: 'The form is too long.' })
      return true
    }
    const form = new Form(body, request.url?.split('?')[1] ?? '')
    if (!hasSession) {
      const proof = authKey.checkSignature(peerAddress(request.socket) ?? '', {
        signature: form.text('auth_key'),
        timestamp: form.text('timestamp'),
        change: endpoint.changes ? `${path} ${form.fingerprint()}` : undefined,
      })
      if (proof !== 'proved') {
        sendJson(response, proof === 'locked' ? 429 : 401, { status: 0, msg: refusals[proof] })
        return true
      }
    }
    const calls = await api.calls('shown')
    try {
      const { bridgePort } = await calls.status.get({})
      const host = (request.headers.host ?? '').replace(/:\d+$/, '')
      sendJson(response, 200, await endpoint.answer({ form, calls, bridgePort, host, runPath }))
    } catch (error) {
      sendJson(response, 200, { status: 0, msg: toRelayError(error, path).message })
    }
    return true
  }
}

const refusals: Record<Exclude<SignatureProof, 'proved'>, string> = {
  wrong: 'auth_key is wrong, or timestamp is more than 20 seconds off: ask /auth/gettime',
  replayed:
    'This very request has been made already, or its auth_key belongs to another address: sign it again.',
  locked: 'Too many wrong signatures from here. Try again in a minute.',
  closed: 'The web API is closed.',
}
