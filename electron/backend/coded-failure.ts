import { RelayError, relayErrorCodes, type RelayErrorCode } from '@nps-desktop/relay-core/api'
import type { ErrorCode, Failure, Fix } from '@nps-desktop/electron/contract'

/** A failure foreseen by the design, as it travels to the screen. The router turns it into the contract's `FAILED`. */
export class CodedFailure extends Error {
  readonly failure: Failure

  /** `message` is the English sentence: the fact with its names and values, why, what to do. Never a secret. */
  constructor(
    code: ErrorCode,
    message: string,
    params: Failure['params'] = {},
    fixes: readonly Fix[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'CodedFailure'
    this.failure = { code, params, message, fixes: [...fixes] }
  }

  get code(): ErrorCode {
    return this.failure.code
  }
}

const relayCodes = new Set<string>(relayErrorCodes)

function isRelayCode(code: unknown): code is RelayErrorCode {
  return typeof code === 'string' && relayCodes.has(code)
}

/**
 * The failure in any thrown value: our own, the relay's (a `RelayError`, or the error that a call to its API
 * answered with), a cancelled signal, or `internal` for a bug.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof CodedFailure) return error.failure
  if (error instanceof RelayError) {
    return { code: error.code, params: error.params, message: error.message, fixes: [] }
  }
  if (error instanceof Error) {
    const { code, data } = error as { code?: unknown; data?: { params?: Failure['params'] } }
    if (isRelayCode(code)) return { code, params: data?.params ?? {}, message: error.message, fixes: [] }
    if (error.name === 'AbortError') return { code: 'cancelled', params: {}, message: 'Cancelled.', fixes: [] }
    if (error.name === 'TimeoutError') {
      return { code: 'timeout', params: {}, message: error.message, fixes: [{ action: 'retry' }] }
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', params: {}, message, fixes: [] }
}
