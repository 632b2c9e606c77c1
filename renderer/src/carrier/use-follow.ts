import { inject, shallowRef } from 'vue'
import type { InjectionKey, ShallowRef } from 'vue'
import type { BackendConnection } from './connection.ts'
import { follow } from './follow.ts'
import type { OpenFeed } from './follow.ts'
import { useScopeSignal } from './scope-signal.ts'

/** The connection that feeds are read over; the web console brings its own. */
export const connectionKey: InjectionKey<BackendConnection> = Symbol('connection')

export function useConnection(): BackendConnection {
  const connection = inject(connectionKey)
  if (!connection) throw new Error('no connection was provided to this app')
  return connection
}

/**
 * Hands each value of a feed to `onValue` for as long as the calling component or scope lives.
 * `error` is why the subscription last ended, null while it runs.
 */
export function useFollow<Value>(
  open: OpenFeed<Value>,
  onValue: (value: Value) => void,
  connection = useConnection(),
): { error: ShallowRef<unknown> } {
  const error = shallowRef<unknown>(null)
  void follow(
    connection,
    open,
    (value) => {
      onValue(value)
      error.value = null
    },
    {
      signal: useScopeSignal(),
      onError: (reason) => {
        error.value = reason
      },
    },
  )
  return { error }
}

/** The latest value of a feed for as long as the calling component or scope lives; null until the first one has come. */
export function useFeed<Value>(
  open: OpenFeed<Value>,
  connection = useConnection(),
): { value: ShallowRef<Value | null> } {
  const value = shallowRef<Value | null>(null)
  useFollow(
    open,
    (next) => {
      value.value = next
    },
    connection,
  )
  return { value }
}
