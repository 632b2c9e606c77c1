import { RelayError } from '@nps-desktop/relay-core/api'

/** Whether a relay has answered that it does not know the call: it is of before there was such a one. */
export function isUnknownCall(error: unknown): boolean {
  return error instanceof RelayError && error.code === 'not-possible-here'
}
