import { RelayError, relayErrorCodes, type RelayErrorCode } from '@nps-desktop/relay-core/api'
import type { Failure } from '@nps-desktop/electron/contract'
import { AppError } from './app-error.ts'

const relayCodes = new Set<string>(relayErrorCodes)

function isRelayCode(code: unknown): code is RelayErrorCode {
  return typeof code === 'string' && relayCodes.has(code)
}

/**
 * The failure in any thrown value: our own, the relay's (a `RelayError`, or the error that a call to its API
 * answered with), a cancelled signal, or `internal` for a bug.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return error.toFailure()
  if (error instanceof RelayError) {
    return { code: error.code, params: error.params, message: error.message, fixes: [] }
  }
  if (error instanceof Error) {
    const { code, data } = error as { code?: unknown; data?: { params?: Failure['params'] } }
    if (isRelayCode(code)) return { code, params: data?.params ?? {}, message: error.message, fixes: [] }
    if (error.name === 'AbortError')
      return { code: 'cancelled', params: {}, message: 'Cancelled.', fixes: [] }
    if (error.name === 'TimeoutError') {
      return { code: 'timeout', params: {}, message: error.message, fixes: [{ action: 'retry' }] }
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', params: {}, message, fixes: [] }
}
