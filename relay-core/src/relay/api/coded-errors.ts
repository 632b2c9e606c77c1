import { ORPCError } from '@orpc/server'
import { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log/log.ts'
import { diskFull } from '../store/state-file.ts'

/**
 * Turns what a handler throws into what the contract allows: coded failures travel with code, sentence and
 * values; anything else is a bug, which is logged in full and reported to the caller only as one.
 */
export function toContractError(error: unknown, log: Log): unknown {
  if (error instanceof RelayError) {
    return new ORPCError(error.code, {
      defined: true,
      message: error.message,
      data: { params: error.params },
    })
  }
  if (error instanceof ORPCError) return error
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return toContractError(diskFull(typeof path === 'string' ? path : 'a file', error), log)
  log.error('call failed because of a bug', {
    error: error instanceof Error ? (error.stack ?? error.message) : error,
  })
  return error
}
