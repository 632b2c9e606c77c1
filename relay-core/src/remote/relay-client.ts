import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { WebSocket } from 'ws'
import type { RelayContract } from '../api/contract.ts'
import { RelayError, relayErrorCodes, type RelayErrorCode } from '../api/errors.ts'
import { failureParams } from '../api/models.ts'

/** The relay API as typed calls. Calls and feeds reject with `RelayError`, whatever the cause. */
export type RelayClient = ContractRouterClient<RelayContract>

/** Makes the calls over an open WebSocket. */
export function createRelayClient(socket: WebSocket): RelayClient {
  const link = new RPCLink({
    // ws is close to a browser's WebSocket, but its listener types are its own.
    websocket: socket as unknown as globalThis.WebSocket,
    interceptors: [
      async ({ next, signal }) => {
        try {
          return withRelayErrors(await next())
        } catch (error) {
          if (signal?.aborted) throw error
          throw toRelayError(error)
        }
      },
    ],
  })
  return createORPCClient(link)
}

/** What a failed call was, in the relay's own words; a connection that ended is `relay-unreachable`. */
export function toRelayError(error: unknown): RelayError {
  if (error instanceof RelayError) return error
  if (error instanceof ORPCError) {
    const params = failureParams.safeParse((error.data as { params?: unknown } | undefined)?.params)
    if (isRelayErrorCode(error.code)) {
      return new RelayError(error.code, error.message, params.success ? params.data : {}, { cause: error })
    }
    if (error.code === 'BAD_REQUEST') {
      return new RelayError('invalid-input', describeIssues(error), {}, { cause: error })
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

function isRelayErrorCode(code: string): code is RelayErrorCode {
  return (relayErrorCodes as readonly string[]).includes(code)
}

/** What zod found wrong with the input, as one sentence. */
function describeIssues(error: ORPCError<string, unknown>): string {
  const { issues } = (error.data ?? {}) as { issues?: { path?: unknown[]; message?: string }[] }
  const texts = (issues ?? []).map(({ path, message }) => `${(path ?? []).join('.')}: ${message ?? 'wrong'}`)
  return texts.length > 0 ? texts.join('; ') : error.message
}

/** A feed fails later than its call: its errors are translated where they come out. */
function withRelayErrors<T>(output: T): T {
  if (!isIterator(output)) return output
  const next = output.next.bind(output)
  output.next = async (...args: []) => {
    try {
      return await next(...args)
    } catch (error) {
      throw toRelayError(error)
    }
  }
  return output
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}
