import { onScopeDispose } from 'vue'

/** Something that happens later, unless it is postponed, cancelled, or the calling scope is gone by then. */
export function useTimer(): { after(ms: number, act: () => void): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = (): void => clearTimeout(timer)
  onScopeDispose(cancel)
  return {
    after(ms, act) {
      cancel()
      timer = setTimeout(act, ms)
    },
    cancel,
  }
}
