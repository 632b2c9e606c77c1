import { failureData, relayFailure } from '@nps-desktop/electron/contract'
import type { Failure } from '@nps-desktop/electron/contract'
import { relayErrorCodes, relayErrorData } from '@nps-desktop/relay-core/api'
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
    const code = relayErrorCodes.find((known) => known === error.code)
    if (code) {
      const data = relayErrorData.safeParse(error.data)
      return relayFailure(code, error.message, data.success ? data.data.params : {})
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', params: {}, message, fixes: [] }
}
