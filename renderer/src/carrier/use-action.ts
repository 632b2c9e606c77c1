import { useCall } from './use-call.ts'
import type { ButtonCall } from './use-call.ts'

type Work = (options: { signal: AbortSignal }) => Promise<unknown>

/** Like `useCall`, for a page whose several buttons share one place for being busy and for what failed. */
export function useAction(): ButtonCall<[work: Work]> {
  return useCall((options, work: Work) => work(options))
}
