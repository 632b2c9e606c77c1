import { maxPassMs } from '@nps-desktop/relay-core/api'

/** How long a guest pass is to be good, as the form offers it. */
export const untilChoices = ['today', 'threeDays', 'month', 'date'] as const
export type UntilChoice = (typeof untilChoices)[number]

const dayMs = 24 * 3_600_000
/** The clocks of this laptop and of the server differ a little, and the longest pass must not fail by that. */
const clockSlackMs = 5 * 60_000

/** The last second of the day that is `days` after that of `nowMs`, in the laptop's time zone. */
function endOfDay(nowMs: number, days: number): number {
  const day = new Date(nowMs)
  day.setDate(day.getDate() + days)
  day.setHours(23, 59, 59, 0)
  return day.getTime()
}

/** `2026-12-01` as the end of that day; null for what is no day, is past, or is more than 30 days off. */
export function parseDay(text: string, nowMs: number): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim()) ?? []
  if (year === undefined) return null
  const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59)
  if (end.getDate() !== Number(day) || end.getMonth() !== Number(month) - 1) return null
  const atMs = end.getTime()
  return atMs > nowMs && atMs <= nowMs + maxPassMs - clockSlackMs ? atMs : null
}

/** When the pass ends, in milliseconds since 1970; null while the date is not a good one. */
export function untilOf(choice: UntilChoice, date: string, nowMs: number): number | null {
  switch (choice) {
    case 'today':
      return endOfDay(nowMs, 0)
    case 'threeDays':
      return nowMs + 3 * dayMs
    case 'month':
      return nowMs + maxPassMs - clockSlackMs
    case 'date':
      return parseDay(date, nowMs)
  }
}
