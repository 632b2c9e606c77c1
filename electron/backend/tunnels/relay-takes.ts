import { RelayError } from '@nps-desktop/relay-core/api'
import type { Limits, RelayTunnel } from '@nps-desktop/relay-core/api'
import { AppError } from '../failures/app-error.ts'
import type { ServerRecord } from '../storage/records.ts'

/** Whether the relay has understood the limits: an older one leaves out what it does not know. */
export function hasLimits(made: RelayTunnel, limits: Limits = {}): boolean {
  return Object.keys(limits).every((name) => name in made.limits)
}

/** An older relay leaves out what it does not know: the tunnel is as open as before. */
export function tooOld({ name }: ServerRecord): AppError {
  return new AppError(
    'mode-unsupported',
    `The nps on ${name} is too old for such a tunnel, or for such a limit. Set the server up again to bring it up to date.`,
    { server: name },
  )
}

/** Of a call that names a mode: one that the relay does not know at all, as of before there was such a one, is `tooOld`. */
export async function inMode<T>(server: ServerRecord, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    // What a relay has against a field as such begins with the field's name.
    const isUnknown =
      error instanceof RelayError && error.code === 'invalid-input' && error.message.startsWith('mode: ')
    throw isUnknown ? tooOld(server) : error
  }
}
