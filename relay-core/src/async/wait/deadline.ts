import type { Clock } from '../time/clock.ts'

/** What may end a wait from outside. */
export interface Abortable {
  /** Its reason is what the wait rejects with, unchanged. */
  readonly signal?: AbortSignal | undefined
}

/** When a wait has lasted too long, and what it fails with then. */
export interface Deadline extends Abortable {
  readonly timeoutMs: number
  /** Makes the failure, which has a code of the caller's choosing. */
  readonly onTimeout: () => Error
  readonly clock?: Clock
}

/** A wait whose length is bounded here, or by the signal alone. */
export type Wait = Deadline | (Abortable & { readonly timeoutMs?: undefined })
