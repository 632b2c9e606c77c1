import { effectScope, onScopeDispose, type ShallowRef, shallowRef } from 'vue'
import type { OpenFeed } from './follow.ts'
import { useConnection, useFollow } from './use-follow.ts'

/** The latest value of a feed that costs a machine something: followed only while the page can be seen. Null until the first one. */
export function useFeedWhileVisible<Value>(open: OpenFeed<Value>): ShallowRef<Value | null> {
  const connection = useConnection()
  const value = shallowRef<Value | null>(null)
  let looking: ReturnType<typeof effectScope> | null = null

  function look(): void {
    const isVisible = document.visibilityState === 'visible'
    if (isVisible === (looking !== null)) return
    looking?.stop()
    looking = isVisible ? effectScope(true) : null
    looking?.run(() =>
      useFollow(
        open,
        (next) => {
          value.value = next
        },
        connection,
      ),
    )
  }
  look()
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', look)
    looking?.stop()
  })
  return value
}
