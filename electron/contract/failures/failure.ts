import { knownErrorCode, relayErrorCodes, relayErrorData } from '@nps-desktop/relay-core/api'
import type { RelayErrorCode } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { appFailureParams, relayFailureParams } from './failure-params.ts'
import { fix } from './fix.ts'
import type { Fix } from './fix.ts'

type AppErrorCode = keyof typeof appFailureParams
export type ErrorCode = RelayErrorCode | AppErrorCode

/**
 * The relay's and the app's own. docs/errors.md has a heading for each, the locales have its cause and its next step by the
 * same name.
 */
export const errorCodes: readonly ErrorCode[] = [
  ...relayErrorCodes,
  ...(Object.keys(appFailureParams) as AppErrorCode[]),
]

/** For each code the values its failure has: a closed map, so that no text waits for a value that nobody gives. */
export const failureParams = {
  ...relayFailureParams,
  ...appFailureParams,
} satisfies Record<ErrorCode, z.ZodObject>
export type ParamsOf<Code extends ErrorCode = ErrorCode> = z.infer<(typeof failureParams)[Code]>

interface FailureOf<Code extends ErrorCode> {
  code: Code
  params: ParamsOf<Code>
  /** The English sentence, for the log and for "Details". */
  message: string
  fixes: Fix[]
}

/** A failure as the screen needs it: the code and values for the text, and what can be done about it. */
export type Failure = { [Code in ErrorCode]: FailureOf<Code> }[ErrorCode]

const failures = errorCodes.map((code) =>
  z.object({
    code: z.literal(code),
    params: failureParams[code],
    message: z.string(),
    fixes: z.array(fix),
  }),
)
type FailureSchema = (typeof failures)[number]

// The union of the objects above is `Failure`; zod cannot follow the map from code to params.
export const failure = z.discriminatedUnion(
  'code',
  failures as [FailureSchema, ...FailureSchema[]],
) as z.ZodType<Failure, Failure>

/**
 * A relay's failure as one of the app's. What the relay told is untrusted: of its values only those of the code's own
 * are taken, and only where they have the right type. `host` and `port` of a target make its `target`.
 */
export function relayFailure(
  code: RelayErrorCode,
  message: string,
  told: Readonly<Record<string, unknown>> = {},
  fixes: readonly Fix[] = [],
): Failure {
  const { host, port } = told
  const address =
    code.startsWith('target-') && typeof host === 'string' && typeof port === 'number'
      ? { target: `${host}:${port}` }
      : {}
  const parsed = relayFailureParams[code].parse({ ...address, ...told })
  const params = Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined))
  // parsed by the code's own schema
  return { code, params, message, fixes: [...fixes] } as Failure
}

/**
 * What a call to a relay's API was refused with, as one of the app's failures; null for an error that is no answer of a relay. The
 * one place where such errors are read: for the backend, and for the page of the relay's own console.
 */
export function relayCallFailure(error: Error): Failure | null {
  const { code: told, data: sent } = error as { code?: unknown; data?: unknown }
  const code = knownErrorCode(told)
  if (code === undefined) return null
  const data = relayErrorData.safeParse(sent)
  return relayFailure(code, error.message, data.success ? data.data.params : {})
}

/** The failure with values that its place knows and it lacks; of those, what the code has no use for is left out. */
export function withValues(failure: Failure, values: Readonly<Record<string, unknown>>): Failure {
  const { shape } = failureParams[failure.code]
  const used = Object.entries(values).filter(
    ([name, value]) => name in shape && !(name in failure.params) && value !== undefined,
  )
  // the values are of the same map that `failure.params` came from
  return { ...failure, params: { ...Object.fromEntries(used), ...failure.params } } as Failure
}

/** Its values, as far as they are known: for a line that keeps them beside others. */
export function valuesOf({ params }: Failure): Record<string, string | number> {
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries<string | number | undefined>(params))
    if (value !== undefined) values[name] = value
  return values
}

export const failureData = z.object({ failure })
