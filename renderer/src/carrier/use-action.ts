import { useCall } from './use-call.ts'
import type { ButtonCall } from './use-call.ts'

type Work = (options: { signal: AbortSignal }) => Promise<unknown>

/** Like `useCall`, for a page where several buttons share one busy state and one place for the failure. */
export function useAction(): ButtonCall<[work: Work]> {
  return useCall((options, work: Work) => work(options))
}
