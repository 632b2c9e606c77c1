import type { ErrorCode, Failure, ParamsOf, Fix } from '@nps-desktop/electron/contract'

/** A foreseen failure: a code of the closed list, one English sentence (fact, why), the code's values, and what can be done next. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly params: ParamsOf<Code>
  readonly fixes: readonly Fix[]

  constructor(
    code: Code,
    message: string,
    params: ParamsOf<Code>,
    options: { cause?: unknown; fixes?: readonly Fix[] } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.params = params
    this.fixes = options.fixes ?? []
  }

  /** Throws a failure that is known already. */
  static of({ code, message, params, fixes }: Failure, cause?: unknown): AppError {
    return new AppError(code, message, params, { cause, fixes })
  }

  toFailure(): Failure {
    const { code, params, message, fixes } = this
    // code and params were given together
    return { code, params, message, fixes: [...fixes] } as Failure
  }
}
