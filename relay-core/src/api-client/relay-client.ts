import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { type ContractRouterClient, ValidationError } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import type { WebSocket } from 'ws'
import { contractOf, type RelayContract } from '../api/contract.ts'
import { knownErrorCode, RelayError } from '../api/errors.ts'
import { readList, readOne } from '../api/lists.ts'
import { failureParams } from '../api/relay-failure.ts'

/** The relay API as typed calls. Calls and feeds reject with `RelayError`, whatever the cause. */
export type RelayClient = ContractRouterClient<RelayContract>

/** Made for the first connection: a relay that asks none does not need it. */
let contract: RelayContract | undefined

/**
 * Makes the calls over an open WebSocket. Every answer and every value of a feed is parsed by the contract before anyone
 * sees it: a relay may be hostile, broken, or of another version. One that does not fit is `relay-answer-invalid`; of a list, what
 * only a newer relay knows is left in its `unread`.
 */
export function createRelayClient(socket: WebSocket): RelayClient {
  contract ??= contractOf(readList, readOne)
  const link = new RPCLink({
    websocket: quietOnceClosed(socket),
    plugins: [new ResponseValidationPlugin(contract)],
    interceptors: [
      async ({ next, signal, path }) => {
        const call = path.join('/')
        try {
          if (socket.readyState === socket.CLOSED) throw new Error('the connection has ended')
          return withRelayErrors(await next(), call)
        } catch (error) {
          if (signal?.aborted) throw error
          throw toRelayError(error, call)
        }
      },
    ],
  })
  return createORPCClient(link)
}

type LinkSocket = ConstructorParameters<typeof RPCLink>[0]['websocket']

/**
 * When a call is given up, the link sends the relay a message that nobody waits for. If the connection has just ended, sending fails, and
 * that failure would end this process; here it is left out. Calls lose nothing by it: the socket's `close` rejects all that wait.
 */
function quietOnceClosed(socket: WebSocket): LinkSocket {
  const quiet: Pick<WebSocket, 'readyState' | 'send' | 'addEventListener' | 'removeEventListener'> = {
    get readyState() {
      return socket.readyState === socket.CONNECTING ? socket.CONNECTING : socket.OPEN
    },
    send: (message: string | Uint8Array) => {
      if (socket.readyState === socket.OPEN) socket.send(message)
    },
    addEventListener: socket.addEventListener.bind(socket),
    removeEventListener: socket.removeEventListener.bind(socket),
  }
  // ws is close to a browser's WebSocket, but its listener types are its own.
  return quiet as LinkSocket
}

/** Why `call` failed, in the relay's words; a connection that ended is `relay-unreachable`. */
export function toRelayError(error: unknown, call: string): RelayError {
  if (error instanceof RelayError) return error
  const wrong = wrongShape(error)
  if (wrong) {
    return new RelayError(
      'relay-answer-invalid',
      `The relay's answer to ${call} cannot be understood (${describeIssues(wrong.issues)}). It is of another version, or not what it claims to be. Nothing of the answer was used.`,
      { call },
      { cause: error },
    )
  }
  if (error instanceof ORPCError) {
    const params = failureParams.safeParse((error.data as { params?: unknown } | undefined)?.params)
    const code = knownErrorCode(error.code)
    if (code !== undefined)
      return new RelayError(code, error.message, params.success ? params.data : {}, { cause: error })
    if (error.code === 'BAD_REQUEST') {
      return new RelayError('invalid-input', inputIssues(error), {}, { cause: error })
    }
    return new RelayError(
      'not-possible-here',
      `The relay could not do this (${error.code}). Its log tells why.`,
      {},
      { cause: error },
    )
  }
  return new RelayError(
    'relay-unreachable',
    'The connection to the relay ended before it answered.',
    {},
    { cause: error },
  )
}

/** The answer that did not fit, whether of a call or of a feed. */
function wrongShape(error: unknown): ValidationError | undefined {
  // Inside the relay itself a refused input has such a cause too.
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return undefined
  const origin = error instanceof ORPCError ? error.cause : error
  return origin instanceof ValidationError ? origin : undefined
}

type Issues = readonly { readonly path?: unknown; readonly message?: string }[]

function inputIssues(error: ORPCError<string, unknown>): string {
  const { issues } = (error.data ?? {}) as { issues?: Issues }
  return issues && issues.length > 0 ? describeIssues(issues) : error.message
}

/** A hostile relay can make this list arbitrarily long. */
const maxIssues = 3

/** What zod found wrong, as one sentence. */
function describeIssues(issues: Issues): string {
  const texts = issues.slice(0, maxIssues).map(({ path, message = 'wrong' }) => {
    const place = Array.isArray(path) ? path.join('.') : ''
    return place === '' ? message : `${place}: ${message}`
  })
  return texts.join('; ')
}

/** A feed fails later than its call: its errors are translated where they come out. */
function withRelayErrors<T>(output: T, call: string): T {
  if (!isIterator(output)) return output
  const next = output.next.bind(output)
  output.next = async (...args: []) => {
    try {
      return await next(...args)
    } catch (error) {
      throw toRelayError(error, call)
    }
  }
  return output
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}
