import { RelayError } from '@nps-desktop/relay-core/api'
import { relayCallFailure, relayFailure, type Failure } from '@nps-desktop/electron/contract'
import { AppError } from './app-error.ts'

/**
 * The failure in any thrown value: our own, the relay's (a `RelayError`, or the error that a call to its API
 * answered with), a cancelled signal, or `internal` for a bug.
 */
export function failureOfError(error: unknown): Failure {
  if (error instanceof AppError) return error.toFailure()
  if (error instanceof RelayError) return relayFailure(error.code, error.message, error.params)
  if (error instanceof Error) {
    const refusal = relayCallFailure(error)
    if (refusal) return refusal
    if (error.name === 'AbortError')
      return { code: 'cancelled', params: {}, message: 'Cancelled.', fixes: [] }
    if (error.name === 'TimeoutError') {
      return relayFailure('timeout', error.message, {}, [{ action: 'retry' }])
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', params: {}, message, fixes: [] }
}
