import { onScopeDispose } from 'vue'

/** One thing that happens later, unless it is put off, called off, or the calling scope has gone by then. */
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
