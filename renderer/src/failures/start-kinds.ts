import { startKind } from '@nps-desktop/electron/contract'
import type { Lab } from '@nps-desktop/electron/contract'

export type StartKind = Lab['startKind']

/** Whether this is one of the contract's kinds of start, for which the locales have words. */
export function isStartKind(value: unknown): value is StartKind {
  return startKind.options.some((kind) => kind === value)
}
