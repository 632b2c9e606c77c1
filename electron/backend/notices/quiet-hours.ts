import type { Settings } from '@nps-desktop/electron/contract'

const dayMinutes = 24 * 60

/** Whether nothing is told at this time of day (minutes since midnight, this computer's). They may go over midnight. */
export function isQuiet({ isOn, fromMinute, toMinute }: Settings['quietHours'], minute: number): boolean {
  if (!isOn || fromMinute === toMinute) return false
  if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

/** How many minutes until they end; 0 where they are not. */
export function quietForMinutes(hours: Settings['quietHours'], minute: number): number {
  return isQuiet(hours, minute) ? (hours.toMinute - minute + dayMinutes) % dayMinutes || dayMinutes : 0
}
