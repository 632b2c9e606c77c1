import type { Socket } from 'node:net'
import { RelayError, type RelayErrorCode } from '../../api/errors.ts'
import type { Target } from '../../session/agent-session.ts'
import type { DialPolicy } from '../../session/dial-policy.ts'
import { connectTcp } from '../../net/dial/connect.ts'
import { resolveHost } from '../../net/dial/resolve-host.ts'

/** How long a target may take to accept (spec/wire.md: the relay waits a little longer). */
export const targetTimeoutMs = 10_000

/** Dials the target; rejects with a `target-…` RelayError that names it and says what to do, or the signal's reason. */
export async function dialTarget(
  target: Target,
  { policy, signal }: { policy: DialPolicy | undefined; signal: AbortSignal },
): Promise<Socket> {
  const { host, port } = target
  const refuse = (address: string) => (policy?.(target, address) === false ? denied(target) : undefined)
  try {
    return await connectTcp({ host, port, timeoutMs: targetTimeoutMs, refuse, signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof RelayError) throw error
    throw explainDial(error as NodeJS.ErrnoException, target)
  }
}

function denied({ host, port }: Target): RelayError {
  return new RelayError('target-denied', `This lab box does not allow connections to ${host}:${port}.`, {
    host,
    port,
  })
}

/** The addresses of the target's name that may be dialled, the best one first. Rejects with a `target-…` RelayError, or with the signal's reason. */
export async function lookUp(
  target: Target,
  { policy, signal }: { policy: DialPolicy | undefined; signal: AbortSignal },
): Promise<readonly string[]> {
  try {
    const found = await resolveHost(target.host, { signal })
    const allowed = found.filter((address) => policy?.(target, address) !== false)
    if (allowed.length === 0) throw denied(target)
    return allowed
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof RelayError) throw error
    throw explainDial(error as NodeJS.ErrnoException, target)
  }
}

/** The system's error in words: what failed and what to do. */
export function explainDial(error: NodeJS.ErrnoException, { host, port }: Target): RelayError {
  const failure = (code: RelayErrorCode, sentence: string) =>
    new RelayError(code, sentence, { host, port }, { cause: error })
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return failure(
        'target-refused',
        `Nothing listens on ${host}:${port}. Start the service there, or correct the target.`,
      )
    case 'ETIMEDOUT':
      return failure(
        'target-timeout',
        `${host}:${port} did not answer within ${targetTimeoutMs / 1000} s. Is the machine on, and does its firewall let the lab box in?`,
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
    case 'EAI_FAIL':
      return failure(
        'target-unknown-host',
        `The lab box knows no machine named ${host}. Correct the name, or use its address.`,
      )
    default:
      return failure('target-unreachable', `The lab box has no way to ${host}:${port} (${error.message}).`)
  }
}

/** Several addresses of one name fail together as an AggregateError, whose own code may be missing. */
function systemCode(error: NodeJS.ErrnoException): string | undefined {
  if (error.code !== undefined) return error.code
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : []
  return first?.code
}
