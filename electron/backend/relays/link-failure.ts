import { withValues, type Failure } from '@nps-desktop/electron/contract'
import { failureOfError } from '../failures/failure-of-error.ts'
import type { RelayAccess } from './relay-access.ts'

/**
 * Why a link failed, for the screen. What has no code of its own (a socket error, a feed that ended, a deadline) is
 * `relay-unreachable`: to the person it is the same.
 */
export function linkFailure(error: unknown, address: Pick<RelayAccess, 'host' | 'port'> | null): Failure {
  const failure = failureOfError(error)
  if (address === null) return failure
  const { host, port } = address
  if (failure.code === 'fingerprint-changed') {
    const { expected, actual } = failure.params
    return {
      code: 'server-identity-changed',
      params: { host, port, expected, actual },
      message: `${host} proves another identity than the one that is pinned. Either nps was reinstalled, or someone is intercepting the connection. Nothing was sent. (${failure.message})`,
      fixes: [],
    }
  }
  if (failure.code === 'internal' || failure.code === 'cancelled' || failure.code === 'timeout') {
    return {
      code: 'relay-unreachable',
      params: { host, port },
      message: `${host} does not answer on port ${port}: ${failure.message}`,
      fixes: [{ action: 'retry' }],
    }
  }
  return withValues(failure, { host, port })
}
