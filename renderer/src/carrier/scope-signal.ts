import { onScopeDispose } from 'vue'

/** Aborted when the calling component or scope goes away, for whatever must not outlive it. */
export function useScopeSignal(): AbortSignal {
  const stop = new AbortController()
  onScopeDispose(() => stop.abort())
  return stop.signal
}

/** Work of which only the newest counts. */
export interface Newest {
  /** Aborts what was begun before; the signal of what begins now is also aborted with the scope. */
  begin(): AbortSignal
  /** Aborts what was begun last. */
  cancel(): void
}

export function useNewest(): Newest {
  const scope = useScopeSignal()
  let newest = new AbortController()
  return {
    begin() {
      newest.abort()
      newest = new AbortController()
      return AbortSignal.any([scope, newest.signal])
    },
    cancel: () => newest.abort(),
  }
}
