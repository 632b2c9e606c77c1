import type { ErrorCode, Failure, Fix } from '@nps-desktop/electron/contract'

/** A foreseen failure: a code of the closed list, one English sentence (fact, why), its values, and the ways on. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly params: Failure['params']
  readonly fixes: readonly Fix[]

  constructor(
    code: ErrorCode,
    message: string,
    params: Failure['params'] = {},
    options: { cause?: unknown; fixes?: readonly Fix[] } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.params = params
    this.fixes = options.fixes ?? []
  }

  toFailure(): Failure {
    return { code: this.code, params: this.params, message: this.message, fixes: [...this.fixes] }
  }
}
