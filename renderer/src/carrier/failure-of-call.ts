import { failureData, relayCallFailure } from '@nps-desktop/electron/contract'
import type { Failure } from '@nps-desktop/electron/contract'
import { ORPCError } from '@orpc/client'

/**
 * What a rejected call means to the screen: the failure it carries, a code of the relay's API, or `internal` for
 * everything unforeseen. Null when the call was cancelled on purpose.
 */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof DOMException && error.name === 'AbortError') return null
  if (error instanceof ORPCError) {
    const foreseen = failureData.safeParse(error.data)
    if (foreseen.success) return foreseen.data.failure
    const refusal = relayCallFailure(error)
    if (refusal) return refusal
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', params: {}, message, fixes: [] }
}
