import type { Failure, Fix } from '@nps-desktop/electron/contract'
import { ref } from 'vue'
import { doFix } from './fixes.ts'
import type { FixHandlers } from './fixes.ts'

/** Does the fixes of one failure, each once at a time, and tells which are being done. */
export function useDoingFixes(of: () => { failure: Failure; handle: FixHandlers }): {
  readonly isDoing: (fix: Fix, index: number) => boolean
  readonly press: (fix: Fix, index: number) => Promise<void>
} {
  // by place and action: the same failure may be told anew meanwhile
  const doing = ref(new Set<string>())
  const placeOf = (fix: Fix, index: number): string => `${index} ${fix.action}`
  async function press(fix: Fix, index: number): Promise<void> {
    const place = placeOf(fix, index)
    if (doing.value.has(place)) return
    doing.value.add(place)
    const { failure, handle } = of()
    try {
      await doFix(handle, fix, failure)
    } finally {
      doing.value.delete(place)
    }
  }
  return { isDoing: (fix, index) => doing.value.has(placeOf(fix, index)), press }
}
