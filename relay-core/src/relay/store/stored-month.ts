import { monthAround } from '../../api/calendar-month.ts'

/** What a tunnel or a client carried in the month in which it last carried anything. */
export interface StoredMonth {
  /** When that month began, in milliseconds since the Unix epoch; 0 for never. */
  readonly startMs: number
  /** Both directions together, up to the last saved minute. */
  readonly bytes: number
}

export const noMonth: StoredMonth = { startMs: 0, bytes: 0 }

/**
 * What is stored of the month that holds `nowMs`: nothing where the last bytes are of an earlier one. Those of a month that is still to come were
 * counted by a clock that was wrong, and count now.
 */
export function bytesOfMonth({ startMs, bytes }: StoredMonth, nowMs: number): number {
  return startMs >= monthAround(nowMs).startMs ? bytes : 0
}
