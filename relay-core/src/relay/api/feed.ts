import type { ChangeSignal } from '../../async/change-signal.ts'

export interface FeedOptions<T> {
  read: () => T
  changed: ChangeSignal
  signal: AbortSignal | undefined
  /** Reads again after this long without a change, for values that drift; yields only what differs. */
  refreshMs?: number
}

/** The current value first, then each change. Changes that come faster than the reader takes them melt into one. */
export async function* feed<T>({ read, changed, signal, refreshMs }: FeedOptions<T>): AsyncGenerator<T> {
  let wake: () => void = () => undefined
  let isDirty = false
  const touch = () => {
    isDirty = true
    wake()
  }
  const unsubscribe = changed.subscribe(touch)
  const timer = refreshMs === undefined ? undefined : setInterval(touch, refreshMs)
  signal?.addEventListener('abort', touch, { once: true })
  try {
    let last: string | undefined
    while (!signal?.aborted) {
      isDirty = false
      const value = read()
      const text = JSON.stringify(value)
      if (text !== last) yield value
      last = text
      if (!isDirty) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    unsubscribe()
    clearInterval(timer)
    signal?.removeEventListener('abort', touch)
  }
}
