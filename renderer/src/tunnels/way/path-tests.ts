import type { PathTest } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

/** What the path tests of this run of the app have measured, by tunnel: for the tunnel's page and for a report. */
export const usePathTests = defineStore('path-tests', () => {
  const last = shallowReactive(new Map<string, PathTest>())
  return { last }
})

/** `41.2`, in Mbit/s; empty for what is not known. */
export function megabits(bytesPerSecond: number | null | undefined): string {
  if (bytesPerSecond === null || bytesPerSecond === undefined) return ''
  const value = (bytesPerSecond * 8) / 1_000_000
  return value >= 100 ? value.toFixed(0) : value.toFixed(1)
}

/** A way from the laptop to its end. */
export interface WholeWay {
  readonly roundTripMs: number
  readonly downBytesPerSecond: number | null
  readonly upBytesPerSecond: number | null
  /** Of the packets, from 0 to 1; only where it was measured. */
  readonly lostPart?: number
}

/** The way that was measured past the server, or all legs through it together; null where one of them is not known. */
export function wholeOf({ legs, direct }: PathTest): WholeWay | null {
  if (direct) return direct.measured && { ...direct.measured, downBytesPerSecond: null }
  const known = legs.flatMap(({ measured }) => (measured ? [measured] : []))
  if (known.length === 0 || known.length < legs.length) return null
  return {
    roundTripMs: known.reduce((sum, { roundTripMs }) => sum + roundTripMs, 0),
    downBytesPerSecond: least(known.map((one) => one.downBytesPerSecond)),
    upBytesPerSecond: least(known.map((one) => one.upBytesPerSecond)),
  }
}

/** The slowest leg decides; the speed of the last one is not known. */
function least(rates: readonly (number | null)[]): number | null {
  const known = rates.filter((rate) => rate !== null)
  return known.length > 0 ? Math.min(...known) : null
}
