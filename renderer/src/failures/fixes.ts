import type { Failure, Fix } from '@nps-desktop/electron/contract'

/**
 * What carries out each fix at one place of the screen. A panel shows no button for a fix without a handler here, so there
 * is none that does nothing; `use-fixes.ts` makes the handlers for the app. Fixes that only copy, the panel does itself.
 */
export type FixHandlers = {
  readonly [Action in Fix['action']]?: (fix: Extract<Fix, { action: Action }>, failure: Failure) => unknown
}

/** Fixes that only put something on the clipboard. */
export function textToCopy(fix: Fix): string | null {
  if (fix.action === 'copy') return fix.text
  return fix.action === 'start-service' ? fix.command : null
}

/** The fixes of a failure that can be done here, in their order. */
export function possibleFixes({ fixes }: Failure, handlers: FixHandlers): Fix[] {
  return fixes.filter((fix) => textToCopy(fix) !== null || handlers[fix.action] !== undefined)
}

/** Fulfils when what the fix began has ended. */
export async function doFix(handlers: FixHandlers, fix: Fix, failure: Failure): Promise<void> {
  // a handler takes the fix of its action
  const handler = handlers[fix.action] as ((fix: Fix, failure: Failure) => unknown) | undefined
  await handler?.(fix, failure)
}
