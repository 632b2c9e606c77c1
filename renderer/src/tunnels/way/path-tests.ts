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
