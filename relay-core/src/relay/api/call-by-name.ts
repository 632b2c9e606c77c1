import type { ContractRouterClient } from '@orpc/contract'
import { listCalls } from '../../api/calls.ts'
import type { RelayContract } from '../../api/contract.ts'
import { RelayError, type RelayErrorCode } from '../../api/errors.ts'
import { toRelayError } from '../../api-client/relay-client.ts'

/** The relay API inside the relay itself: checked as from outside, without a connection. */
export type RelayCalls = ContractRouterClient<RelayContract>

let known: ReadonlyMap<string, unknown> | undefined

/** The answer to one call over HTTP, named like `clients/add`. Never rejects because the call was refused. */
export async function callByName(
  calls: RelayCalls,
  name: string,
  input: unknown,
  { signal }: { signal: AbortSignal },
): Promise<{ status: number; body: unknown }> {
  known ??= listCalls()
  if (!known.has(name))
    return { status: 404, body: refusal(new RelayError('not-found', `There is no call ${name}.`)) }
  try {
    return { status: 200, body: await callOf(calls, name)(input, { signal }) }
  } catch (error) {
    const refused = toRelayError(error, name)
    return { status: statusOf[refused.code] ?? 422, body: refusal(refused) }
  }
}

type AnyCall = (input: unknown, options: { signal: AbortSignal }) => Promise<unknown>

function callOf(calls: RelayCalls, name: string): AnyCall {
  let found: unknown = calls
  for (const part of name.split('/')) found = hasMembers(found) ? found[part] : undefined
  if (!isCall(found)) throw new RelayError('not-found', `There is no call ${name}.`)
  return found
}

/** Groups of calls may be functions too: proxies that know any name. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isCall(value: unknown): value is AnyCall {
  return typeof value === 'function'
}

const statusOf: Partial<Record<RelayErrorCode, number>> = {
  'invalid-input': 400,
  'not-found': 404,
  'already-exists': 409,
  'port-taken': 409,
  'config-changed': 409,
  'not-possible-here': 501,
}

function refusal({ code, message, params }: RelayError): object {
  return { code, message, params }
}
