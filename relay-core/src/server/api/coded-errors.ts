import { ORPCError } from '@orpc/server'
import { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log.ts'

/**
 * Turns what a handler throws into what the contract allows: coded failures travel with code, sentence and
 * values; anything else is a bug, which the log gets in full and the caller only as such.
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
  const full = diskFullOf(error)
  if (full) return toContractError(full, log)
  log.error('call failed by a bug', {
    error: error instanceof Error ? (error.stack ?? error.message) : error,
  })
  return error
}

/** A file that could not be written for want of room. */
function diskFullOf(error: unknown): RelayError | undefined {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined
  const file = typeof path === 'string' ? path : 'a file'
  return new RelayError(
    'disk-full',
    `There is no room left to write ${file}.`,
    { path: file },
    { cause: error },
  )
}
