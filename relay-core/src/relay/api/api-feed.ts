import { changes, type Subscribable } from '../../async/signals/changes.ts'
import { every } from '../../async/time/every.ts'
import { Signal } from '../../async/signals/signal.ts'

export interface FeedOptions<T> {
  read: () => T
  changed: Subscribable
  signal: AbortSignal | undefined
  /** Reads again after this long without a change, for values that drift. */
  refreshMs?: number
}

/** The current value first, then each one that differs. Changes that arrive faster than they are read are merged into one. */
export async function* feed<T>({ read, changed, signal, refreshMs }: FeedOptions<T>): AsyncGenerator<T> {
  const due = new Signal()
  using stack = new DisposableStack()
  stack.use(changed.subscribe(() => due.emit()))
  if (refreshMs !== undefined) stack.use(every(refreshMs, () => due.emit()))
  let last: string | undefined
  for await (const _ of changes(due, { signal })) {
    const value = read()
    const text = JSON.stringify(value)
    if (text !== last) yield value
    last = text
  }
}
