import * as z from 'zod'
import { type FailureParams, relayErrorCodes } from './errors.ts'

export const failureParams: z.ZodType<FailureParams> = z.record(z.string(), z.union([z.string(), z.number()]))

/** What travels in the `data` of a failed call. `message` is the English sentence for logs and command lines. */
export const relayErrorData = z.object({ params: failureParams })

export const relayFailure = z.object({
  /** Of a newer relay's own code only its message says more. */
  code: z.enum(relayErrorCodes).catch('not-possible-here'),
  params: failureParams,
  message: z.string(),
})
export type RelayFailure = z.infer<typeof relayFailure>
