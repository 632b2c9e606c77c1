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
  const [group = '', verb = ''] = name.split('/')
  // The name is one of the contract's, as was just seen; the types know no name that comes at run time.
  const groups = calls as unknown as Record<string, Record<string, AnyCall | undefined> | undefined>
  try {
    return { status: 200, body: await groups[group]?.[verb]?.(input, { signal }) }
  } catch (error) {
    const refused = toRelayError(error, name)
    return { status: statusOf[refused.code] ?? 422, body: refusal(refused) }
  }
}

type AnyCall = (input: unknown, options: { signal: AbortSignal }) => Promise<unknown>

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
